import { expect } from "chai";
import { query, read, shorts, wire, type QueryOptions, type Read } from "../message.fixture.ts";
import type { Respond, Transport } from "./respond.ts";
import { serve, show } from "./serving.fixture.ts";

const many = Array.from({ length: 5_000 }, (_, index) => `many.default.svc A 10.1.${index >> 8}.${index & 255}`);
const facts: readonly string[] = [
  "default.svc",
  "empty.svc",
  "vip.default.svc A 10.96.0.7",
  "nginx.default.svc A 10.244.0.5",
  "nginx.default.svc A 10.244.0.6",
  "web-0.nginx.default.svc A 10.244.0.5",
  "web-1.nginx.default.svc A 10.244.0.6",
  "web-0.asleep.default.svc A 10.244.0.7",
  ...many,
];

function responder(options: { isSynced?: boolean; zones?: readonly string[] } = {}): Respond {
  const { isSynced = true, zones = ["cluster.local"] } = options;
  return serve(facts, { zones }, { isSynced: () => isSynced }).respond;
}

const respond = responder();
const soa = "cluster.local. 5 SOA ns.dns.cluster.local. hostmaster.cluster.local. 0 7200 1800 86400 5";

/** The answer, which is there at once. */
function answerTo(message: Buffer, { of = respond, over = "udp" }: { of?: Respond; over?: Transport } = {}): Buffer {
  const answer = of(message, over, "127.0.0.1");
  if (!(answer instanceof Buffer)) throw new Error("there was no answer at once");
  return answer;
}

function ask(message: Buffer, options: { of?: Respond; over?: Transport } = {}): Read {
  return read(answerTo(message, options));
}

describe("the answer to a question", () => {
  /** `rcode flags` then the records, `|` before the authority and `+` before the additional section. */
  const cases: readonly (readonly [title: string, name: string, type: string, expected: string])[] = [
    [
      "D1 the address of a service",
      "vip.default.svc.cluster.local",
      "A",
      "NOERROR aa vip.default.svc.cluster.local. 5 A 10.96.0.7",
    ],
    [
      "D4 the name of a pod",
      "web-0.nginx.default.svc.cluster.local",
      "A",
      "NOERROR aa web-0.nginx.default.svc.cluster.local. 5 A 10.244.0.5",
    ],
    ["D2 a family the name does not have", "vip.default.svc.cluster.local", "AAAA", `NOERROR aa | ${soa}`],
    ["D60 another type at a pod's name", "web-0.nginx.default.svc.cluster.local", "SRV", `NOERROR aa | ${soa}`],
    ["D23 a name that is unknown", "nope.default.svc.cluster.local", "A", `NXDOMAIN aa | ${soa}`],
    ["D23 a name below a known one", "x.web-0.nginx.default.svc.cluster.local", "A", `NXDOMAIN aa | ${soa}`],
    ["D11 a headless service nobody is ready in", "asleep.nowhere.svc.cluster.local", "A", `NXDOMAIN aa | ${soa}`],
    ["D24 a name with names below it alone", "asleep.default.svc.cluster.local", "A", `NOERROR aa | ${soa}`],
    ["D24 the top of the services", "svc.cluster.local", "A", `NOERROR aa | ${soa}`],
    ["D24 the name above the name server", "dns.cluster.local", "A", `NOERROR aa | ${soa}`],
    ["D25 a namespace without services", "empty.svc.cluster.local", "A", `NOERROR aa | ${soa}`],
    ["D25 a namespace that does not exist", "none.svc.cluster.local", "A", `NXDOMAIN aa | ${soa}`],
    ["D28 the zone's SOA", "cluster.local", "SOA", `NOERROR aa ${soa}`],
    [
      "D29 the zone's name server with its address",
      "cluster.local",
      "NS",
      "NOERROR aa cluster.local. 5 NS ns.dns.cluster.local. + ns.dns.cluster.local. 5 A 10.96.0.10",
    ],
    ["D29 the name server's address", "ns.dns.cluster.local", "A", "NOERROR aa ns.dns.cluster.local. 5 A 10.96.0.10"],
    ["D30 another type at the zone's top", "cluster.local", "A", `NOERROR aa | ${soa}`],
    [
      "D36 everything",
      "vip.default.svc.cluster.local",
      "ANY",
      "NOERROR aa vip.default.svc.cluster.local. 3600 HINFO \x07RFC8482\0",
    ],
    ["D36 everything at an unknown name", "nope.default.svc.cluster.local", "ANY", `NXDOMAIN aa | ${soa}`],
    ["D38 a name outside the zone", "example.com", "A", "REFUSED"],
    ["a name that only ends like the zone", "xcluster.local", "A", "REFUSED"],
    ["a name whose label hides the zone", "\x07cluster\x05local.local", "A", "REFUSED"],
    ["the zone above", "local", "A", "REFUSED"],
    ["the root", "", "NS", "REFUSED"],
    ["D40 a transfer nobody is allowed", "cluster.local", "AXFR", "REFUSED"],
    ["D40 an incremental one", "cluster.local", "IXFR", "REFUSED"],
  ];
  for (const [title, name, type, expected] of cases) {
    it(`${title}: ${JSON.stringify(name)} ${type}`, () => expect(show(ask(query(name, type)))).to.equal(expected));
  }

  it("D32 finds a name in any case and gives the case back", () => {
    const { question, answer } = ask(query("wEB-0.NginX.default.SVC.Cluster.LOCAL", "A"));
    expect(question).to.equal("wEB-0.NginX.default.SVC.Cluster.LOCAL. A");
    expect(answer).to.deep.equal(["wEB-0.NginX.default.SVC.Cluster.LOCAL. 5 A 10.244.0.5"]);
    expect(ask(query("NOPE.default.svc.cluster.local", "A")).rcode).to.equal("NXDOMAIN");
  });

  it("D37 gives several addresses, in another order each time", () => {
    const orders = [1, 2, 3].map(() =>
      ask(query("nginx.default.svc.cluster.local", "A")).answer.map((line) => line.split(" ")[3]),
    );
    expect(orders[0]).to.have.members(["10.244.0.5", "10.244.0.6"]);
    expect(orders[1]).to.deep.equal(orders[0]?.toReversed());
    expect(orders[2]).to.deep.equal(orders[0]);
  });

  it("gives the id back, RD as it was, and never RA", () => {
    const message = query("vip.default.svc.cluster.local", "A", { id: 0xbeef });
    expect(ask(message)).to.include({ id: 0xbeef, flags: "qr aa rd" });
    message.writeUInt16BE(0x0030, 2);
    expect(ask(message).flags).to.equal("qr aa");
    expect(answerTo(message)[3]).to.equal(0);
  });

  it("does not write on the query it was given", () => {
    const message = query("vip.default.svc.cluster.local", "A", { edns: {} });
    const before = Buffer.from(message);
    answerTo(message);
    expect(message).to.deep.equal(before);
  });

  it("serves every zone from the same data, each with its own SOA", () => {
    const of = responder({ zones: ["cluster.internal", "cluster.local"] });
    for (const zone of ["cluster.local", "cluster.internal"]) {
      expect(ask(query(`vip.default.svc.${zone}`, "A"), { of }).answer).to.deep.equal([
        `vip.default.svc.${zone}. 5 A 10.96.0.7`,
      ]);
      expect(ask(query(`x.svc.${zone}`, "A"), { of }).authority[0]).to.match(new RegExp(`^${zone}\\. 5 SOA`));
    }
  });
});

describe("before the first sync", () => {
  it("D47 every name of the zone is answered SERVFAIL, with the SOA", () => {
    const of = responder({ isSynced: false });
    for (const name of ["vip.default.svc.cluster.local", "nope.cluster.local", "cluster.local"]) {
      expect(ask(query(name, "A"), { of })).to.deep.include({ rcode: "SERVFAIL", answer: [], authority: [soa] });
    }
  });

  it("a name outside is REFUSED as ever", () => {
    expect(ask(query("example.com", "A"), { of: responder({ isSynced: false }) }).rcode).to.equal("REFUSED");
  });
});

describe("EDNS", () => {
  const name = "vip.default.svc.cluster.local";
  const edns = (options: QueryOptions["edns"]): Buffer => query(name, "A", { edns: options ?? {} });

  it("D33 there is an OPT record when there was one, and none otherwise", () => {
    expect(ask(query(name, "A")).edns).to.equal(undefined);
    expect(ask(edns({}))).to.deep.include({ edns: "0 1232", answer: [`${name}. 5 A 10.96.0.7`] });
    expect(ask(query("nope.cluster.local", "A", { edns: {} }))).to.deep.include({ edns: "0 1232", rcode: "NXDOMAIN" });
    expect(ask(query("example.com", "A", { edns: {} }))).to.include({ edns: "0 1232", rcode: "REFUSED" });
  });

  it("D33 options are passed over, and the DO bit comes back", () => {
    expect(ask(edns({ options: Buffer.from("\0\x0a\0\x08cookie!!", "latin1"), dnssecOk: true })).edns).to.equal(
      "0 1232 do",
    );
  });

  it("D33 another version is BADVERS", () => {
    expect(ask(edns({ version: 1 }))).to.deep.include({ rcode: "BADVERS", edns: "0 1232", answer: [] });
  });

  it("D33 an OPT record among other records is found too", () => {
    const plain = edns({});
    const record = Buffer.from("c00c00010001000000050004010203ff", "hex");
    plain.writeUInt16BE(2, 10);
    expect(ask(Buffer.concat([plain, record]))).to.include({ rcode: "NOERROR", edns: "0 1232" });
    plain.writeUInt16BE(3, 10);
    expect(ask(Buffer.concat([plain, record])).rcode).to.equal("FORMERR");
  });
});

describe("an answer that is too long", () => {
  const name = "many.default.svc.cluster.local";

  it("D34 is cut to whole records below 512 octets, with TC", () => {
    const answer = answerTo(query(name, "A"));
    expect(answer)
      .to.have.property("length")
      .at.most(512)
      .and.above(512 - 16);
    const { flags, answer: records } = ask(query(name, "A"));
    expect(flags).to.equal("qr aa tc rd");
    expect(records).to.have.length(Math.floor((512 - 12 - 36) / 16));
  });

  const sizes: readonly (readonly [size: number, limit: number])[] = [
    [600, 600],
    [1232, 1232],
    [4096, 1232],
    [100, 512],
  ];
  for (const [size, limit] of sizes) {
    it(`D33 D34 is cut to ${limit} octets for who takes ${size}, with the OPT record in it`, () => {
      const message = query(name, "A", { edns: { size } });
      expect(answerTo(message))
        .to.have.property("length")
        .at.most(limit)
        .and.above(limit - 16);
      expect(ask(message)).to.include({ flags: "qr aa tc rd", edns: "0 1232" });
    });
  }

  it("D34 D37 shows other records in the next answer", () => {
    const [first, second] = [ask(query(name, "A")).answer, ask(query(name, "A")).answer];
    expect(second[0]).to.equal(first[1]);
  });

  it("D34 is whole over TCP as far as a message can hold it", () => {
    const { answer, flags } = ask(query(name, "A"), { over: "tcp" });
    expect(answer).to.have.length(Math.floor((65_535 - 12 - 36) / 16));
    expect(flags).to.equal("qr aa tc rd");
  });

  it("D34 fits in 512 octets for the longest name there can be", () => {
    const longest = `${"x".repeat(63)}.${"y".repeat(63)}.${"z".repeat(63)}.${"u".repeat(45)}.cluster.local`;
    expect(wire(longest)).to.have.length(253);
    const message = query(`a.${longest}`, "A", { edns: { size: 512 } });
    expect(ask(message)).to.deep.include({ rcode: "NXDOMAIN", flags: "qr aa rd", authority: [soa] });
  });
});

describe("what is not a plain query", () => {
  const plain = query("vip.default.svc.cluster.local", "A");
  const changed = (change: (message: Buffer) => void): Buffer => {
    const message = Buffer.from(plain);
    change(message);
    return message;
  };

  it("D46 an answer is never answered", () => {
    expect(
      respond(
        changed((message) => message.writeUInt16BE(0x8180, 2)),
        "udp",
        "127.0.0.1",
      ),
    ).to.equal(undefined);
  });

  it("D46 what is shorter than a header is dropped", () => {
    for (let length = 0; length < 12; length += 1)
      expect(respond(plain.subarray(0, length), "udp", "127.0.0.1")).to.equal(undefined);
  });

  const cases: readonly (readonly [title: string, message: Buffer, expected: string])[] = [
    ["D43 no question", changed((message) => message.writeUInt16BE(0, 4)), "FORMERR"],
    [
      "D43 two questions",
      Buffer.concat([changed((message) => message.writeUInt16BE(2, 4)), plain.subarray(12)]),
      "FORMERR",
    ],
    ["D44 another opcode", changed((message) => message.writeUInt16BE(0x2900, 2)), "NOTIMP"],
    ["D44 an opcode nobody uses", changed((message) => message.writeUInt16BE(0x7900, 2)), "NOTIMP"],
    ["D46 a question cut short", plain.subarray(0, 20), "FORMERR"],
    [
      "D46 a compressed question",
      Buffer.concat([plain.subarray(0, 12), Buffer.from([0xc0, 12]), shorts(1, 1)]),
      "FORMERR",
    ],
    ["D46 an additional record that is not there", changed((message) => message.writeUInt16BE(1, 10)), "FORMERR"],
  ];
  for (const [title, message, expected] of cases) {
    it(`${title} is ${expected}, in a header alone`, () => {
      expect(ask(message)).to.include({ rcode: expected, id: 0x1234, question: "" });
      expect(answerTo(message)).to.have.length(12);
    });
  }

  it("D45 another class is REFUSED, and what nobody is asked in class CH", () => {
    expect(ask(query("vip.default.svc.cluster.local", "A", { class: 3 })).rcode).to.equal("REFUSED");
  });
});
