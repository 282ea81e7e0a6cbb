import { expect } from "chai";
import { encodeRecords } from "../codec.ts";
import { codeOf, encodeData, type RecordType } from "./record-types.ts";

const hex = (octets: string | undefined): string | undefined =>
  octets === undefined ? undefined : Buffer.from(octets, "latin1").toString("hex");

describe("encodeData", () => {
  it("writes an address as dns2 does", () => {
    const name = "web-0.nginx";
    const [expected = ""] = encodeRecords(name, [{ name, type: 1, ttl: 5, address: "10.244.0.255" }]);
    expect(encodeData({ type: "A", data: "10.244.0.255" })).to.equal(expected.slice(12));
    expect(codeOf("A")).to.equal(1);
  });

  const written: readonly (readonly [type: RecordType, data: string, expected: string])[] = [
    ["AAAA", "fd00::1", "fd000000000000000000000000000001"],
    ["AAAA", "FD00:0:0:0:0:0:0:1", "fd000000000000000000000000000001"],
    ["AAAA", "::ffff:10.0.0.1", "00000000000000000000ffff0a000001"],
    ["AAAA", "::", "00000000000000000000000000000000"],
    ["AAAA", "1:2:3:4:5:6:7::", "00010002000300040005000600070000"],
    ["SRV", "80 web-0.nginx", "000000000050057765622d30056e67696e78"],
    ["SRV", "65535 a", "00000000ffff0161"],
    ["PTR", "vip.default.svc", "037669700764656661756c7403737663"],
    ["CNAME", "Example.com.", "076578616d706c6503636f6d00"],
    ["TXT", "1.1.0", "05312e312e30"],
    ["TXT", "", "00"],
  ];
  for (const [type, data, expected] of written) {
    it(`writes ${type} ${JSON.stringify(data)}`, () => expect(hex(encodeData({ type, data }))).to.equal(expected));
  }

  it("cuts a long text into strings of 255 octets", () => {
    expect(hex(encodeData({ type: "TXT", data: "x".repeat(300) }))).to.equal(
      `ff${"78".repeat(255)}2d${"78".repeat(45)}`,
    );
  });

  const refused: readonly (readonly [type: RecordType, data: string])[] = [
    ["A", ""],
    ["A", "None"],
    ["A", "10.0.0"],
    ["A", "10.0.0.256"],
    ["A", "::1"],
    ["AAAA", "10.0.0.1"],
    ["AAAA", "fe80::1%eth0"],
    ["AAAA", "fd00:::1"],
    ["SRV", "65536 a"],
    ["SRV", "80"],
    ["SRV", "-1 a"],
    ["PTR", "a..b"],
    ["CNAME", "example.com"],
    ["CNAME", "."],
    ["CNAME", `${"x".repeat(64)}.`],
  ];
  for (const [type, data] of refused) {
    it(`writes no ${type} of ${JSON.stringify(data)}`, () => expect(encodeData({ type, data })).to.equal(undefined));
  }
});
