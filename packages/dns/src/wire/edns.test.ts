import { expect } from "chai";
import { query } from "../message.fixture.ts";
import { lastOpt, putOpt, udpLimitOf } from "./edns.ts";

const end = query("a", "A").length;

describe("lastOpt", () => {
  it("reads size, version and the DO bit, and passes over options", () => {
    const options = Buffer.from("\0\x0a\0\x08cookie!!", "latin1");
    const message = query("a", "A", { edns: { size: 4096, version: 1, dnssecOk: true, options } });
    expect(lastOpt(message, end)).to.deep.equal({ size: 4096, version: 1, dnssecOk: true });
  });

  it("knows an OPT record only as the last thing of the message", () => {
    const message = query("a", "A", { edns: {} });
    expect(lastOpt(Buffer.concat([message, Buffer.from([0])]), end)).to.equal(undefined);
    for (let length = end; length < message.length; length += 1) {
      expect(lastOpt(message.subarray(0, length), end), `${length} octets`).to.equal(undefined);
    }
  });

  it("is not misled by another record", () => {
    const message = query("a", "A", { edns: {} });
    message[end + 2] = 16;
    expect(lastOpt(message, end)).to.equal(undefined);
  });
});

describe("udpLimitOf", () => {
  const cases: readonly (readonly [size: number | undefined, expected: number])[] = [
    [undefined, 512],
    [0, 512],
    [511, 512],
    [900, 900],
    [1232, 1232],
    [65_535, 1232],
  ];
  for (const [size, expected] of cases) {
    it(`D33 is ${expected} for ${size ?? "no OPT record"}`, () => {
      const edns = size === undefined ? undefined : { size, version: 0, dnssecOk: false };
      expect(udpLimitOf(edns)).to.equal(expected);
    });
  }
});

describe("putOpt", () => {
  it("writes what lastOpt reads", () => {
    const out = Buffer.alloc(20, 0xff);
    const at = putOpt(out, 4, { dnssecOk: true, extendedRcode: 1 });
    const expected = "ffffffff 00 0029 04d0 01 00 8000 0000";
    expect(out.toString("hex", 0, at)).to.equal(expected.replaceAll(" ", ""));
  });
});
