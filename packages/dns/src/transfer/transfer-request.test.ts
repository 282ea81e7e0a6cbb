import { expect } from "chai";
import { query, shorts } from "../message.fixture.ts";
import { withVersion } from "./transfer.fixture.ts";
import { readRequest, type TransferRequest } from "./transfer-request.ts";

const edns = { size: 1400, dnssecOk: true };

function readIt(message: Buffer): TransferRequest {
  return readRequest({ message, end: 12 + "cluster.local".length + 2 + 4 });
}

describe("readRequest", () => {
  it("D40 finds the asker's version", () => {
    expect(readIt(withVersion(query("cluster.local", "IXFR"), 0xffff_fffe))).to.deep.equal({
      serial: 0xffff_fffe,
      edns: undefined,
    });
  });

  it("D40 finds the OPT record too", () => {
    const opt = { size: 1400, version: 0, dnssecOk: true };
    expect(readIt(withVersion(query("cluster.local", "IXFR", { edns }), 3))).to.deep.equal({ serial: 3, edns: opt });
    expect(readIt(query("cluster.local", "AXFR", { edns }))).to.deep.equal({ serial: undefined, edns: opt });
  });

  it("D46 finds nothing in what is cut short, wherever it is cut", () => {
    const whole = withVersion(query("cluster.local", "IXFR"), 3);
    for (let length = 12; length < whole.length; length += 1) {
      expect(readIt(whole.subarray(0, length)).serial, String(length)).to.equal(undefined);
    }
  });

  it("D46 finds nothing in a record that is no SOA, lies about its length or has labels of no known type", () => {
    const whole = withVersion(query("cluster.local", "IXFR"), 3);
    const end = query("cluster.local", "IXFR").length;
    const spoilt = (at: number, value: number): Buffer => {
      const message = Buffer.from(whole);
      message[at] = value;
      return message;
    };
    for (const message of [
      spoilt(end + 3, 7),
      spoilt(end + 11, 5),
      spoilt(end + 12, 0x7f),
      spoilt(end, 0x80),
      spoilt(9, 2),
    ]) {
      expect(readIt(message).serial).to.equal(undefined);
    }
    expect(readIt(Buffer.concat([query("cluster.local", "IXFR"), shorts(0, 0)])).serial).to.equal(undefined);
  });
});
