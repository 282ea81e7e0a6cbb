import { expect } from "chai";
import { query, shorts } from "../message.fixture.ts";
import { withVersion } from "./transfer.fixture.ts";
import { askerVersion } from "./asker-version.ts";

function readIt(message: Buffer): number | undefined {
  return askerVersion({ message, end: 12 + "cluster.local".length + 2 + 4 });
}

describe("askerVersion", () => {
  it("D40 finds the asker's version, with an OPT record behind it too", () => {
    expect(readIt(withVersion(query("cluster.local", "IXFR"), 0xffff_fffe))).to.equal(0xffff_fffe);
    const edns = { size: 1400, dnssecOk: true };
    expect(readIt(withVersion(query("cluster.local", "IXFR", { edns }), 3))).to.equal(3);
  });

  it("D40 finds none where none is said", () => expect(readIt(query("cluster.local", "IXFR"))).to.equal(undefined));

  it("D46 finds nothing in what is cut short, wherever it is cut", () => {
    const whole = withVersion(query("cluster.local", "IXFR"), 3);
    for (let length = 12; length < whole.length; length += 1) {
      expect(readIt(whole.subarray(0, length)), String(length)).to.equal(undefined);
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
      expect(readIt(message)).to.equal(undefined);
    }
    expect(readIt(Buffer.concat([query("cluster.local", "IXFR"), shorts(0, 0)]))).to.equal(undefined);
  });
});
