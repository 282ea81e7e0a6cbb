import { createSocket } from "node:dgram";
import {
  createFakeClock,
  createStopStack,
  systemClock,
  type Clock,
  type FakeClock,
  type StopStack,
} from "@ordinal/runtime";
import { expect } from "chai";
import { query, wire } from "../message.fixture.ts";
import { wireName } from "../wire/name.ts";
import { plainQuestion } from "./asked-query.ts";
import type { Exchange } from "./exchange.ts";
import { createTcpExchange } from "./tcp-exchange.ts";
import { createUdpExchange } from "./udp-exchange.ts";
import { always, answerTo, startUpstream, type GotQuery, type TestUpstream } from "./upstream.fixture.ts";
import { judge, upstreamQuery } from "./upstream-query.ts";

const newQuery = (name = "www.example.com") => upstreamQuery(plainQuestion(wireName(name) ?? "", 1), { withOpt: true });

describe("a query to an upstream", () => {
  const spellings = Array.from({ length: 64 }, () => newQuery("www.example-0123.com"));

  it("D38 has a random id and random case, and is otherwise the question", () => {
    expect(new Set(spellings.map((each) => each.readUInt16BE(0))).size).to.be.above(50);
    const names = spellings.map((each) => each.toString("latin1", 12, 12 + 22));
    expect(new Set(names).size).to.be.above(50);
    expect(new Set(names.map((each) => each.toLowerCase()))).to.deep.equal(
      new Set([wire("www.example-0123.com").toString("latin1")]),
    );
  });

  const asked = newQuery();
  const got: GotQuery = {
    message: asked,
    name: "www.example.com",
    type: 1,
    protocol: "udp",
    from: 0,
    reply() {},
    hangUp() {},
  };
  const mixed = Buffer.from(asked.subarray(12, 33)).map((octet) =>
    octet >= 65 && octet <= 90 ? octet + 32 : octet >= 97 ? octet - 32 : octet,
  );
  const flag = (at: number, value: number) => {
    const message = answerTo(got, {});
    message.writeUInt8(value, at);
    return message;
  };
  const cases: readonly (readonly [what: string, message: Buffer, expected: string])[] = [
    ["its answer", answerTo(got, {}), "answer"],
    ["another id", answerTo(got, { id: asked.readUInt16BE(0) ^ 1 }), "foreign"],
    ["another name", answerTo(got, { question: query("www.example.org", "A").subarray(12) }), "foreign"],
    ["another type", answerTo(got, { question: query("www.example.com", "AAAA").subarray(12) }), "foreign"],
    ["a longer name", answerTo(got, { question: query("a.www.example.com", "A").subarray(12) }), "foreign"],
    ["another case", answerTo(got, { question: mixed as Buffer }), "doubtful"],
    [
      "an error without a question",
      Buffer.concat([asked.subarray(0, 2), Buffer.from([0x80, 1]), Buffer.alloc(8)]),
      "doubtful",
    ],
    [
      "no error and no question",
      Buffer.concat([asked.subarray(0, 2), Buffer.from([0x80, 0]), Buffer.alloc(8)]),
      "foreign",
    ],
    ["the query itself", asked, "foreign"],
    ["another opcode", flag(2, 0xa8), "foreign"],
    ["two questions", flag(5, 2), "foreign"],
    ["a header cut short", asked.subarray(0, 11), "foreign"],
    ["nothing", Buffer.alloc(0), "foreign"],
  ];
  for (const [what, message, expected] of cases) {
    it(`D38 takes ${what} for ${expected}`, () => expect(judge(message, asked)).to.equal(expected));
  }
});

describe("an exchange", () => {
  let parts: StopStack;
  let clock: FakeClock;

  beforeEach(() => {
    parts = createStopStack();
    clock = createFakeClock();
  });

  afterEach(() => parts.stop());

  const start = async (...how: Parameters<typeof startUpstream>): Promise<TestUpstream> =>
    parts.add(await startUpstream(...how));

  const over = (
    create: (at: TestUpstream["address"], clock: Clock) => Exchange,
    upstream: TestUpstream,
    time: Clock = clock,
  ) => {
    const exchange = create(upstream.address, time);
    parts.add({ stop: async () => exchange.stop() });
    return exchange;
  };

  const ask = async (exchange: Exchange, message = newQuery()) => {
    const told = await exchange.ask(message, 2_000);
    if (told.is === "failed") return `failed: ${told.reason}`;
    return told.is === "doubtful" ? "doubtful" : `answered ${told.message.length}`;
  };

  describe("over UDP", () => {
    const udp = createUdpExchange;

    it("D38 comes from a port of its own each time", async () => {
      const upstream = await start(always("192.0.2.1"));
      const exchange = over(udp, upstream);
      for (let count = 0; count < 20; count += 1) expect(await ask(exchange)).to.match(/^answered/);
      expect(new Set(upstream.queries.map(({ from }) => from)).size).to.be.above(15);
    });

    it("D38 waits for the right answer among wrong ones", async () => {
      const upstream = await start((got) => {
        got.reply(answerTo(got, { id: got.message.readUInt16BE(0) ^ 0xff }));
        got.reply(answerTo(got, { question: query("www.example.org", "A").subarray(12) }));
        got.reply(Buffer.from("rubbish"));
        always("192.0.2.1")(got);
      });
      expect(await ask(over(udp, upstream))).to.equal("answered 60");
    });

    it("D38 does not hear answers from elsewhere", async () => {
      const stranger = createSocket("udp4");
      parts.add({ stop: () => new Promise<void>((resolve) => void stranger.close(resolve)) });
      const upstream = await start((got) => {
        stranger.send(answerTo(got, {}), got.from, "127.0.0.1", () => always("192.0.2.1")(got));
      });
      expect(await ask(over(udp, upstream))).to.equal("answered 60");
    });

    it("D38 doubts when somebody guesses", async () => {
      const upstream = await start((got) => {
        for (let id = 0; id < 16; id += 1) got.reply(answerTo(got, { id: got.message.readUInt16BE(0) ^ (id + 1) }));
      });
      expect(await ask(over(udp, upstream))).to.equal("doubtful");
    });

    it("D38 fails when nothing comes in time, and at once when nobody listens", async () => {
      const upstream = await start(() => {});
      const exchange = over(udp, upstream);
      const asking = ask(exchange);
      await upstream.asked(1);
      await clock.advance(2_000);
      expect(await asking).to.equal("failed: no answer for 2000 ms");
      await upstream.stop();
      expect(await ask(exchange)).to.contain("ECONNREFUSED");
    });

    it("ends what is under way when it is stopped, and asks nothing more", async () => {
      const upstream = await start(() => {});
      const exchange = over(udp, upstream);
      const asking = ask(exchange);
      await upstream.asked(1);
      exchange.stop();
      expect(await asking).to.equal("failed: stopped");
      expect(await ask(exchange)).to.equal("failed: stopped");
    });
  });

  describe("over TCP", () => {
    const tcp = (at: TestUpstream["address"], time: Clock) => createTcpExchange(at, { clock: time });

    it("D38 has many queries on one connection, answered in any order", async () => {
      const held: GotQuery[] = [];
      const upstream = await start((got) => {
        held.push(got);
        if (held.length === 200) for (const each of held.toReversed()) always("192.0.2.1")(each);
      });
      const exchange = over(tcp, upstream);
      const names = Array.from({ length: 200 }, (_, index) => `n${index}.example`);
      const told = await Promise.all(names.map((name) => exchange.ask(newQuery(name), 2_000)));
      expect(told.map(({ is }) => is)).to.deep.equal(names.map(() => "answered"));
      expect(upstream.connections()).to.equal(1);
      expect(new Set(upstream.queries.map(({ message }) => message.readUInt16BE(0))).size).to.equal(200);
    });

    it("D38 closes a connection on which nothing was asked for 10 s", async () => {
      const upstream = await start(always("192.0.2.1"));
      const exchange = over(tcp, upstream);
      await ask(exchange);
      await clock.advance(9_000);
      await ask(exchange);
      expect(upstream.connections()).to.equal(1);
      const closed = upstream.disconnected();
      await clock.advance(10_000);
      await closed;
      await ask(exchange);
      expect(upstream.connections()).to.equal(2);
    });

    it("D38 asks once more when a kept connection turns out closed, not when a new one does", async () => {
      const upstream = await start(always("192.0.2.1"));
      const exchange = over(tcp, upstream);
      await ask(exchange);
      let hangUps = 1;
      upstream.handle = (got) => {
        hangUps -= 1;
        if (hangUps >= 0) got.hangUp();
        else always("192.0.2.1")(got);
      };
      expect(await ask(exchange)).to.match(/^answered/);
      hangUps = 99;
      expect(await ask(exchange)).to.equal("failed: the connection was closed");
    });

    it("D38 gives up a connection that kept a query waiting in vain", async () => {
      const upstream = await start(() => {});
      const exchange = over(tcp, upstream);
      const asking = ask(exchange);
      await upstream.asked(1);
      await clock.advance(2_000);
      expect(await asking).to.equal("failed: no answer for 2000 ms");
      upstream.handle = always("192.0.2.1");
      expect(await ask(exchange)).to.match(/^answered/);
      expect(upstream.connections()).to.equal(2);
    });

    it("D38 takes an answer in another case, but not to another question", async () => {
      const upstream = await start((got) =>
        got.reply(answerTo(got, { question: query("WWW.EXAMPLE.COM", "A").subarray(12) })),
      );
      const exchange = over(tcp, upstream);
      expect(await ask(exchange)).to.match(/^answered/);
      upstream.handle = (got) => {
        got.reply(Buffer.from("rubbish"));
        got.reply(answerTo(got, { id: got.message.readUInt16BE(0) ^ 1 }));
        got.reply(answerTo(got, { question: query("www.example.org", "A").subarray(12) }));
      };
      expect(await ask(exchange)).to.equal("failed: answered another question");
    });

    it("D38 fails at once when nobody listens", async () => {
      const upstream = await start(() => {}, { withTcp: false });
      expect(await ask(over(tcp, upstream, systemClock))).to.contain("ECONNREFUSED");
    });

    it("ends what is under way when it is stopped, and asks nothing more", async () => {
      const upstream = await start(() => {});
      const exchange = over(tcp, upstream);
      const asking = ask(exchange);
      await upstream.asked(1);
      exchange.stop();
      expect(await asking).to.equal("failed: stopped");
      expect(await ask(exchange)).to.equal("failed: stopped");
    });
  });
});
