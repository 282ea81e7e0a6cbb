import { expect } from "chai";
import { query, read, shorts, wire } from "../message.fixture.ts";
import { plainQuestion, readAskedQuery } from "./asked-query.ts";
import { plainRecords } from "./plain-records.ts";
import { composeAnswer, readAnswer, type Age } from "./stored-answer.ts";
import {
  address,
  alias,
  answerTo,
  optRecord,
  questionPointer,
  record,
  soa,
  type ReplyOptions,
} from "./upstream.fixture.ts";
import { wireName } from "../wire/name.ts";

interface Through extends ReplyOptions {
  readonly name?: string;
  readonly type?: string;
  readonly edns?: { readonly size?: number; readonly dnssecOk?: boolean };
  readonly transport?: "udp" | "tcp";
  readonly age?: Age;
  /** Done to the upstream's message. */
  readonly spoil?: (message: Buffer) => Buffer;
}

/** What an asker gets of an upstream's answer. */
function through(options: Through): Buffer | undefined {
  const { name = "www.Example.com", type = "A", edns, transport = "udp", age = { seconds: 0 }, spoil } = options;
  const asked = readAskedQuery(query(name, type, edns === undefined ? {} : { edns }), transport);
  if (asked === undefined) throw new Error("no query");
  // The upstream was asked in a spelling of its own.
  const message = answerTo({ message: query(name.toUpperCase(), type), name }, options);
  const taken = readAnswer(spoil?.(message) ?? message, asked);
  return taken === undefined ? undefined : composeAnswer(asked, taken.answer, age);
}

function readThrough(options: Through): ReturnType<typeof read> {
  const message = through(options);
  if (message === undefined) throw new Error("the answer was refused");
  return read(message);
}

describe("an answer passed on", () => {
  it("D38 has the asker's id and spelling, RA, and neither AA nor the upstream's OPT", () => {
    const answer = [address(questionPointer, "192.0.2.1")];
    const spoil = (message: Buffer) =>
      Buffer.concat([message.subarray(0, 2), Buffer.from([0x85]), message.subarray(3)]);
    expect(readThrough({ answer, spoil })).to.deep.equal({
      id: 0x1234,
      rcode: "NOERROR",
      flags: "qr rd ra",
      question: "www.Example.com. A",
      answer: ["www.Example.com. 300 A 192.0.2.1"],
      authority: [],
      additional: [],
      edns: undefined,
    });
  });

  it("D33 has an OPT record where the asker sent one", () => {
    const answer = [address(questionPointer, "192.0.2.1")];
    expect(readThrough({ answer, edns: {} }).edns).to.equal("0 1232");
    expect(readThrough({ answer, edns: { dnssecOk: true } }).edns).to.equal("0 1232 do");
  });

  it("D32 gives owners that are the question's name the asker's spelling, compressed or not", () => {
    const answer = [alias("WWW.EXAMPLE.COM", "Host.EXAMPLE.com"), address("HOST.example.COM", "192.0.2.1")];
    expect(readThrough({ answer }).answer).to.deep.equal([
      "www.Example.com. 300 CNAME Host.Example.com.",
      "Host.Example.com. 300 A 192.0.2.1",
    ]);
  });

  it("D35 compresses names, in data too where that is allowed", () => {
    const target = Buffer.concat([shorts(0, 0, 80), wire("host.example.com")]);
    const message = through({
      type: "SRV",
      answer: [record(questionPointer, 33, { data: target })],
      authority: [record("example.com", 2, { data: wire("ns.example.com") })],
      additional: [address("ns.example.com", "192.0.2.53"), address("host.example.com", "192.0.2.1")],
    });
    const srv = 2 + 10 + 6 + wire("host.example.com").length;
    const ns = 2 + 10 + 3 + 2;
    const whole = 12 + wire("www.example.com").length + 4 + srv + ns + (2 + 14) + (2 + 14);
    expect(message).to.have.length(whole);
    expect(read(message ?? Buffer.alloc(0)).additional).to.deep.equal([
      "ns.Example.com. 300 A 192.0.2.53",
      "host.example.com. 300 A 192.0.2.1",
    ]);
  });

  it("D38 keeps records behind an OPT record in the middle whole", () => {
    const additional = [optRecord, address("a.example.com", "192.0.2.1"), address("b.example.com", "192.0.2.2")];
    const answer = [alias(questionPointer, "a.example.com")];
    expect(readThrough({ answer, additional, isPlain: true }).additional).to.deep.equal([
      "a.Example.com. 300 A 192.0.2.1",
      "b.Example.com. 300 A 192.0.2.2",
    ]);
  });

  describe("D34 cut to what the asker takes", () => {
    const many = Array.from({ length: 90 }, (_, index) => address(questionPointer, `192.0.2.${index}`));
    const cases: readonly (readonly [what: string, through: Partial<Through>, most: number, flags: string])[] = [
      ["512 octets without EDNS", {}, 512, "qr tc rd ra"],
      ["its EDNS size", { edns: { size: 700 } }, 700, "qr tc rd ra"],
      ["1232 octets at most", { edns: { size: 4_096 } }, 1_232, "qr tc rd ra"],
      ["all of it over TCP", { transport: "tcp" }, 65_535, "qr rd ra"],
    ];
    for (const [what, how, most, flags] of cases) {
      it(what, () => {
        const message = through({ ...how, answer: many }) ?? Buffer.alloc(0);
        const said = read(message);
        expect(message.length).to.be.at.most(most);
        expect(message.length).to.be.above(Math.min(most, 12 + 21 + 90 * 16) - 32);
        expect(said.flags).to.equal(flags);
      });
    }

    it("helpful records may be missing without TC", () => {
      const additional = Array.from({ length: 40 }, (_, index) => address(`ns${index}.example.com`, "192.0.2.1"));
      const said = readThrough({ answer: [address(questionPointer, "192.0.2.1")], additional });
      expect(said.flags).to.equal("qr rd ra");
      expect(said.additional.length).to.be.within(10, 39);
    });

    it("a denial without its SOA says TC", () => {
      const [long, short] = [Buffer.alloc(500), soa("example.com")];
      const authority = [record("example.com", 46, { data: long }), short];
      expect(readThrough({ rcode: 3, authority }).flags).to.equal("qr tc rd ra");
    });

    it("an upstream's own TC is passed on", () => {
      expect(readThrough({ isCut: true }).flags).to.equal("qr tc rd ra");
    });
  });

  it("D50 counts TTLs down, caps them, and shows the same for all that is stale", () => {
    const answer = [address(questionPointer, "192.0.2.1", 100), address(questionPointer, "192.0.2.2", 86_400)];
    const ttls = (age: Age) => readThrough({ answer, age }).answer.map((each) => each.split(" ")[1]);
    expect(ttls({ seconds: 0 })).to.deep.equal(["100", "3600"]);
    expect(ttls({ seconds: 40 })).to.deep.equal(["60", "3560"]);
    expect(ttls({ staleTtl: 30 })).to.deep.equal(["30", "30"]);
  });

  it("D26 shows how long a denial holds in the SOA's TTL", () => {
    const [shown] = readThrough({ rcode: 3, authority: [soa("example.com", { ttl: 900, minimum: 60 })] }).authority;
    expect(shown).to.match(/^Example.com. 60 SOA ns.Example.com. /);
  });

  it("takes a TTL with its highest bit set as 0", () => {
    expect(readThrough({ answer: [address(questionPointer, "192.0.2.1", 0x8000_0001)] }).answer).to.deep.equal([
      "www.Example.com. 0 A 192.0.2.1",
    ]);
  });

  it("says AD only to who wants to know", () => {
    const spoil = (message: Buffer) => {
      message.writeUInt8(message.readUInt8(3) | 0x20, 3);
      return message;
    };
    const isAuthentic = (edns?: { dnssecOk: boolean }) =>
      ((through({ answer: [], spoil, ...(edns === undefined ? {} : { edns }) })?.readUInt8(3) ?? 0) & 0x20) !== 0;
    expect(isAuthentic()).to.equal(false);
    expect(isAuthentic({ dnssecOk: false })).to.equal(false);
    expect(isAuthentic({ dnssecOk: true })).to.equal(true);
  });

  describe("D38 is refused where the upstream's message is malformed:", () => {
    const one = [address(questionPointer, "192.0.2.1")];
    const whole = answerTo(
      { message: query("www.example.com", "A"), name: "www.example.com" },
      { answer: one, isPlain: true },
    );
    const pointer = (at: number) => shorts(0xc000 | at);
    const cases: readonly (readonly [what: string, through: Through])[] = [
      ["fewer records than announced", { answer: one, spoil: (message) => message.subarray(0, message.length - 11) }],
      [
        "a record cut short",
        { answer: one, isPlain: true, spoil: (message) => message.subarray(0, message.length - 1) },
      ],
      ["a name that points at itself", { answer: [address(pointer(whole.length - 16), "192.0.2.1")], isPlain: true }],
      ["a name that points forward", { answer: [address(pointer(60), "192.0.2.1")] }],
      ["a name that points into the header", { answer: [address(pointer(4), "192.0.2.1")] }],
      ["an unknown type of label", { answer: [address(Buffer.from([0x41, 1, 0]), "192.0.2.1")] }],
      ["an address of five octets", { answer: [record(questionPointer, 1, { data: Buffer.alloc(5) })] }],
      ["an alias with octets behind its name", { answer: [record(questionPointer, 5, { data: Buffer.from([0, 7]) })] }],
      ["an SOA that ends early", { answer: [record(questionPointer, 6, { data: Buffer.alloc(10) })] }],
      [
        "a name in data that runs over its end",
        { answer: [record(questionPointer, 2, { data: Buffer.from([3, 97]) })] },
      ],
      ["two OPT records", { answer: one, additional: [optRecord] }],
      ["OPT as an answer", { answer: [optRecord], isPlain: true }],
      [
        "a code that only EDNS can tell",
        { additional: [Buffer.concat([Buffer.from([0]), shorts(41, 1232, 0x0100, 0, 0)])], isPlain: true },
      ],
      ["two questions", { answer: one, spoil: (message) => (message.writeUInt16BE(2, 4), message) }],
      ["no question but octets", { answer: one, spoil: (message) => (message.writeUInt16BE(0, 4), message) }],
    ];
    for (const [what, how] of cases) {
      it(what, () => expect(through(how)).to.equal(undefined));
    }
  });

  it("D38 reads a name that jumps often, but not endlessly", () => {
    // The data of one record holds labels that each point at the label before.
    const chain = (jumps: number) => {
      const start = 12 + wire("www.example.com").length + 4 + 12;
      const data = Buffer.concat(
        Array.from({ length: jumps }, (_, index) => shorts(0xc000 | (index === 0 ? 12 : start + 2 * index - 2))),
      );
      return [record(questionPointer, 16, { data }), address(shorts(0xc000 | (start + 2 * jumps - 2)), "192.0.2.1")];
    };
    expect(readThrough({ answer: chain(120) }).answer.at(-1)).to.equal("www.Example.com. 300 A 192.0.2.1");
    expect(through({ answer: chain(130) })).to.equal(undefined);
  });

  it("stays quick over 64 kB that are all pointers", () => {
    const target = Buffer.concat([wire(Array.from({ length: 120 }, () => "a").join("."))]);
    const first = record(questionPointer, 16, { data: Buffer.concat([target, Buffer.alloc(16_400, 1)]) });
    const at = 12 + wire("www.example.com").length + 4 + 12;
    const answer = [first, ...Array.from({ length: 3_900 }, () => record(shorts(0xc000 | at), 99))];
    // Put together again it would be longer than a message may be.
    expect(through({ answer, transport: "tcp" })).to.equal(undefined);
  });
});

describe("records for another message", () => {
  it("D22 are the chain that was asked for, whole, and nothing besides", () => {
    const question = plainQuestion(wireName("www.example.com") ?? "", 1);
    const message = answerTo(
      { message: query("www.example.com", "A"), name: "www.example.com" },
      {
        answer: [
          address("host.example.net", "192.0.2.1", 60),
          address("evil.example.org", "192.0.2.66"),
          alias(questionPointer, "Host.example.net"),
        ],
      },
    );
    const taken = readAnswer(message, question);
    const records = taken === undefined ? [] : plainRecords(question, taken.answer, { seconds: 10 });
    expect(records.map((each) => Buffer.from(each, "latin1"))).to.deep.equal([
      alias("www.example.com", "host.example.net", 290),
      address("host.example.net", "192.0.2.1", 50),
    ]);
  });
});
