import { expect } from "chai";
import { encodeRecords } from "../codec.ts";
import { codeOf, encodeRecord } from "./record-types.ts";

describe("encodeRecord", () => {
  it("writes an address as dns2 does", () => {
    const [expected] = encodeRecords("web-0.nginx", [
      { name: "web-0.nginx", type: 1, ttl: 5, address: "10.244.0.255" },
    ]);
    expect(encodeRecord({ type: "A", data: "10.244.0.255" }, 5)).to.equal(expected);
    expect(codeOf("A")).to.equal(1);
  });

  it("writes the longest TTL there is", () => {
    expect(encodeRecord({ type: "A", data: "1.2.3.4" }, 0x7fffffff)?.slice(6, 10)).to.equal("\x7f\xff\xff\xff");
  });

  for (const data of ["", "None", "10.0.0", "10.0.0.256", "::1", "web-0"]) {
    it(`writes no address record of ${JSON.stringify(data)}`, () =>
      expect(encodeRecord({ type: "A", data }, 5)).to.equal(undefined));
  }
});
