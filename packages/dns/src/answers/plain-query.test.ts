import { expect } from "chai";
import { query, shorts } from "../message.fixture.ts";
import { PlainQuery } from "./plain-query.ts";

const name = "web-0.nginx.default.svc.cluster.local";
const plain = query(name, "A");
const withOpt = query(name, "A", {
  edns: { size: 4096, dnssecOk: true, options: Buffer.from("\0\x0a\0\x02hi", "latin1") },
});

function changed(message: Buffer, at: number, ...octets: readonly number[]): Buffer {
  const copy = Buffer.from(message);
  copy.set(octets, at);
  return copy;
}

describe("PlainQuery", () => {
  it("reads where the question ends and what the asker takes", () => {
    const asked = new PlainQuery(false);
    expect(asked.read(plain, "udp")).to.equal(true);
    expect(asked).to.deep.include({ end: plain.length, limit: 512, edns: undefined });
    expect(asked.read(plain, "tcp")).to.equal(true);
    expect(asked.limit).to.equal(65_535);
    expect(asked.read(withOpt, "udp")).to.equal(true);
    expect(asked.end).to.equal(plain.length);
    expect(asked.limit).to.equal(1232);
    expect(asked.edns).to.deep.equal({ size: 4096, version: 0, dnssecOk: true });
  });

  it("forgets the OPT record of the query before", () => {
    const asked = new PlainQuery(false);
    asked.read(withOpt, "udp");
    asked.read(plain, "udp");
    expect(asked.edns).to.equal(undefined);
  });

  const others: readonly (readonly [what: string, message: Buffer])[] = [
    ["an answer", changed(plain, 2, 0x80)],
    ["another operation", changed(plain, 2, 0x28)],
    ["no question", changed(plain, 5, 0)],
    ["two questions", changed(plain, 5, 2)],
    ["257 questions", changed(plain, 4, 1)],
    ["an answer record", changed(plain, 7, 1)],
    ["an authority record", changed(plain, 9, 1)],
    ["two additional records", changed(withOpt, 11, 2)],
    ["256 additional records", changed(plain, 10, 1)],
    ["an OPT record that is not there", changed(plain, 11, 1)],
    ["an OPT record that is not announced", changed(withOpt, 11, 0)],
    ["another version of EDNS", query(name, "A", { edns: { version: 1 } })],
    ["another additional record", changed(withOpt, plain.length + 2, 16)],
    ["octets behind the question", Buffer.concat([plain, Buffer.from([0])])],
    ["octets behind the OPT record", Buffer.concat([withOpt, Buffer.from([0])])],
    ["a compressed name", Buffer.concat([plain.subarray(0, 12), Buffer.from([0xc0, 12]), shorts(1, 1)])],
    ["a label of 64 octets", changed(plain, 12, 64)],
    ["a name of 256 octets", Buffer.concat([plain.subarray(0, 12), Buffer.from(`${"\x01a".repeat(127)}\x01`), plain])],
  ];
  for (const [what, message] of others) {
    it(`D46 leaves ${what} to who looks closer`, () =>
      expect(new PlainQuery(false).read(message, "udp")).to.equal(false));
  }

  it("D46 leaves what is cut short to who looks closer", () => {
    for (let length = 12; length < withOpt.length; length += 1) {
      if (length === plain.length) continue;
      expect(new PlainQuery(false).read(withOpt.subarray(0, length), "udp"), `${length}`).to.equal(false);
    }
  });
});
