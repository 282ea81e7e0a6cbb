import { expect } from "chai";
import { encodeRecords, readExtras } from "./codec.ts";
import { query, shorts } from "./message.fixture.ts";

const soa = {
  name: "cluster.local",
  type: 6,
  ttl: 5,
  primary: "ns.dns.cluster.local",
  admin: "hostmaster.cluster.local",
  serial: 1,
  refresh: 2,
  retry: 3,
  expiration: 4,
  minimum: 5,
};

describe("encodeRecords", () => {
  it("D35 compresses names against the question and against each other", () => {
    const [record] = encodeRecords("x.cluster.local", [soa]);
    const ownerAtTwo = Buffer.from("c00e", "hex").toString("latin1");
    expect(record?.startsWith(ownerAtTwo)).to.equal(true);
    expect(record).to.have.length(2 + 10 + 9 + 13 + 20);
  });

  it("gives each record apart, in order", () => {
    const records = encodeRecords("a.b", [
      { name: "a.b", type: 1, ttl: 5, address: "1.2.3.4" },
      { name: "c.b", type: 1, ttl: 5, address: "1.2.3.5" },
    ]);
    const expected = ["c00c 0001 0001 00000005 0004 01020304", "0163 c00e 0001 0001 00000005 0004 01020305"];
    expect(records.map((record) => Buffer.from(record, "latin1").toString("hex"))).to.deep.equal(
      expected.map((hex) => hex.replaceAll(" ", "")),
    );
  });
});

describe("readExtras", () => {
  const plain = query("a.b", "A");
  const address = Buffer.from("c00c00010001000000050004010203ff", "hex");
  const opt = Buffer.from("0000290fa0000080000000", "hex");
  const withRecords = (counts: readonly [number, number, number], ...records: readonly Buffer[]): Buffer =>
    Buffer.concat([plain.subarray(0, 6), shorts(...counts), plain.subarray(12), ...records]);

  it("finds the OPT record wherever it is among the additional records", () => {
    const edns = { size: 4000, version: 0, dnssecOk: true };
    expect(readExtras(withRecords([0, 0, 2], opt, address))).to.deep.equal({ is: "read", edns });
    expect(readExtras(withRecords([0, 1, 1], address, opt))).to.deep.equal({ is: "read", edns });
  });

  it("reads a query without one", () => {
    expect(readExtras(withRecords([0, 0, 1], address))).to.deep.equal({ is: "read", edns: undefined });
  });

  const cases: readonly (readonly [what: string, message: Buffer])[] = [
    ["two OPT records", withRecords([0, 0, 2], opt, opt)],
    ["a record cut short", withRecords([0, 0, 1], opt.subarray(0, 9))],
    ["fewer records than it says", withRecords([0, 0, 2], opt)],
    ["a name that points at itself", withRecords([0, 0, 1], Buffer.from(`c0${plain.length.toString(16)}`, "hex"), opt)],
    ["more records than a query has", withRecords([0, 0, 33], ...Array(33).fill(address))],
    [
      "more octets than a query has",
      withRecords([0, 0, 1], Buffer.from("00001000010000000510c8", "hex"), Buffer.alloc(4296)),
    ],
  ];
  for (const [what, message] of cases) {
    it(`D46 refuses ${what}`, () => expect(readExtras(message)).to.deep.equal({ is: "malformed" }));
  }
});
