import { createFakeClock, createStopStack, silentLogger, type StopStack } from "@ordinal/runtime";
import { expect } from "chai";
import type { Respond } from "../answers/respond.ts";
import { eventually } from "../api.fixture.ts";
import { createLater } from "./answers.fixture.ts";
import { createConnections } from "./connections.ts";
import { frame } from "./frames.ts";
import { connectTcp, say, textOf } from "./peers.fixture.ts";
import { listenTcp } from "./tcp.ts";

const echo: Respond = (message) => message;
const anywhere = { host: "127.0.0.1", port: 0 };

describe("TCP", () => {
  let parts: StopStack;
  beforeEach(() => (parts = createStopStack()));
  afterEach(() => parts.stop());

  const clock = createFakeClock();
  const standard = { respond: echo, clock, log: silentLogger };

  it("D34 answers any number of queries on one connection, in order, however they are cut", async () => {
    const { port } = parts.add(await listenTcp(anywhere, standard));
    const peer = await connectTcp(port);
    const texts = Array.from({ length: 500 }, (_, index) => `query ${index}`);
    peer.send(...texts.slice(0, 300).map(say));
    for (const text of texts.slice(300)) {
      const framed = frame(say(text));
      peer.socket.write(framed.subarray(0, 1));
      peer.socket.write(framed.subarray(1));
    }
    expect((await peer.received(500)).map(textOf)).to.deep.equal(texts);
  });

  it("D34 answers what is known at once while an earlier query waits for its answer", async () => {
    const later = createLater();
    const respond: Respond = (message, transport, address) =>
      textOf(message) === "slow" ? later.respond(message, transport, address) : message;
    const { port } = parts.add(await listenTcp(anywhere, { ...standard, respond }));
    const peer = await connectTcp(port);
    peer.send(say("slow"), say("fast"));
    expect((await peer.received(1)).map(textOf)).to.deep.equal(["fast"]);
    later.answer("slow", [say("one"), say("of"), say("three")]);
    expect((await peer.received(4)).map(textOf)).to.deep.equal(["fast", "one", "of", "three"]);
  });

  it("has a bounded number of queries of one peer under way, and goes on when they are answered", async () => {
    const later = createLater();
    const { port } = parts.add(await listenTcp(anywhere, { ...standard, respond: later.respond }));
    const peer = await connectTcp(port);
    const texts = Array.from({ length: 100 }, (_, index) => `query ${index}`);
    peer.send(...texts.map(say));
    await eventually(() => expect(later.asked()).to.equal(32));
    for (const [index, text] of texts.entries()) {
      await eventually(() => expect(later.asked()).to.equal(Math.min(32, 100 - index)));
      later.answer(text, [say(text)]);
    }
    expect((await peer.received(100)).map(textOf)).to.deep.equal(texts);
  });

  it("writes an answer of many messages no faster than it is read", async () => {
    const messages = Array.from({ length: 500 }, (_, index) => Buffer.alloc(60_000, index));
    const { port } = parts.add(await listenTcp(anywhere, { ...standard, respond: async () => messages }));
    const peer = await connectTcp(port);
    peer.socket.pause();
    peer.send(say("transfer"));
    peer.socket.resume();
    const got = await peer.received(500);
    expect(got.every((message, index) => message.equals(messages[index] ?? Buffer.alloc(0)))).to.equal(true);
  });

  it("closes a connection that had no whole query for 10 s, however many octets drip in", async () => {
    const idle = createFakeClock();
    const { port } = parts.add(await listenTcp(anywhere, { ...standard, clock: idle }));
    const peer = await connectTcp(port);
    peer.send(say("alive"));
    await peer.received(1);
    await idle.advance(9_000);
    peer.send(say("still alive"));
    await peer.received(2);
    await idle.advance(9_000);
    for (const octet of frame(say("slow loris")).subarray(0, 13)) peer.socket.write(Buffer.from([octet]));
    expect(peer.socket.destroyed).to.equal(false);
    await idle.advance(1_000);
    await peer.closed;
  });

  it("closes a connection that does not read its answers for 10 s", async () => {
    const idle = createFakeClock();
    let asked = 0;
    const respond: Respond = () => {
      asked += 1;
      return Buffer.alloc(60_000);
    };
    const { port } = parts.add(await listenTcp(anywhere, { ...standard, respond, clock: idle }));
    const peer = await connectTcp(port);
    peer.socket.pause();
    peer.send(...Array.from({ length: 1_000 }, () => say("question")));
    await eventually(() => expect(asked).to.be.above(0));
    await idle.advance(10_000);
    peer.socket.resume();
    await peer.closed;
    expect(asked).to.be.below(200);
  });

  it("answers a piece full of queries for long answers no faster than they are read", async () => {
    let asked = 0;
    const respond: Respond = () => {
      asked += 1;
      return Buffer.alloc(60_000);
    };
    const { port } = parts.add(await listenTcp(anywhere, { ...standard, respond }));
    const peer = await connectTcp(port);
    peer.socket.pause();
    peer.send(...Array.from({ length: 1_500 }, () => say("question")));
    await eventually(() => expect(asked).to.be.above(0));
    expect(asked).to.be.below(200);
    peer.socket.resume();
    expect(await peer.received(1_500)).to.have.length(1_500);
  });

  it("stops reading from a peer that does not read its answers", async () => {
    let asked = 0;
    const large = Buffer.alloc(60_000);
    const respond: Respond = () => {
      asked += 1;
      return large;
    };
    const { port } = parts.add(await listenTcp(anywhere, { ...standard, respond }));
    const peer = await connectTcp(port);
    peer.socket.pause();
    const burst = Array.from({ length: 50 }, () => Buffer.alloc(4_000));
    // Sending stalls once the server no longer reads; then nothing more is asked.
    for (let round = 0; round < 100 && peer.socket.writableLength < 8_000_000; round += 1) {
      peer.send(...burst);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(asked).to.be.below(4_000);
    const before = asked;
    peer.socket.resume();
    await eventually(() => expect(asked).to.be.above(before));
    peer.socket.destroy();
  });

  it("makes room for a new connection by closing the one that was silent longest", async () => {
    const { port } = parts.add(await listenTcp(anywhere, { ...standard, maxConnections: 2 }));
    const [first, second] = [await connectTcp(port), await connectTcp(port)];
    first.send(say("a"));
    await first.received(1);
    const third = await connectTcp(port);
    await second.closed;
    for (const [peer, count] of [
      [first, 2],
      [third, 1],
    ] as const) {
      peer.send(say("b"));
      await peer.received(count);
    }
  });

  it("counts the connections of several listeners together", async () => {
    const connections = createConnections({ clock, maxConnections: 2 });
    const one = parts.add(await listenTcp(anywhere, { ...standard, connections }));
    const other = parts.add(await listenTcp(anywhere, { ...standard, connections }));
    const first = await connectTcp(one.port);
    await connectTcp(other.port);
    await connectTcp(other.port);
    await first.closed;
    await eventually(() => expect(connections.size).to.equal(2));
    await other.stop();
    await eventually(() => expect(connections.size).to.equal(0));
  });

  const nonsense: readonly (readonly [what: string, octets: Buffer])[] = [
    ["announces more than a query", Buffer.from([0xff, 0xff])],
    ["sends 64 kB as one message", frame(Buffer.alloc(65_535))],
    ["sends a message of no octets", Buffer.from([0, 0])],
    ["sends a message shorter than a header", frame(Buffer.alloc(11))],
    ["speaks HTTP", Buffer.from("GET / HTTP/1.1\r\nhost: localhost\r\n\r\n")],
    ["speaks TLS", Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3])],
  ];
  for (const [what, octets] of nonsense) {
    it(`D46 closes a connection that ${what}`, async () => {
      let asked = 0;
      const respond: Respond = () => {
        asked += 1;
        return undefined;
      };
      const { port } = parts.add(await listenTcp(anywhere, { ...standard, respond }));
      const peer = await connectTcp(port);
      peer.socket.write(octets);
      await peer.closed;
      expect(asked).to.equal(0);
    });
  }

  it("D46 goes on with a connection whose message is not answered", async () => {
    const respond: Respond = (message) => (textOf(message) === "answer" ? undefined : message);
    const { port } = parts.add(await listenTcp(anywhere, { ...standard, respond }));
    const peer = await connectTcp(port);
    peer.send(say("answer"), say("query"));
    expect((await peer.received(1)).map(textOf)).to.deep.equal(["query"]);
  });

  it("answers what was asked before the peer said it is done, also what is answered later", async () => {
    const later = createLater();
    const respond: Respond = (message, transport, address) =>
      textOf(message) === "slow" ? later.respond(message, transport, address) : message;
    const { port } = parts.add(await listenTcp(anywhere, { ...standard, respond }));
    const peer = await connectTcp(port, { allowHalfOpen: true });
    peer.send(say("slow"), say("last words"));
    peer.socket.end();
    expect((await peer.received(1)).map(textOf)).to.deep.equal(["last words"]);
    later.answer("slow", [say("very last")]);
    expect((await peer.received(2)).map(textOf)).to.deep.equal(["last words", "very last"]);
    await peer.closed;
  });

  it("closes a connection whose peer is done in the middle of a message", async () => {
    const { port } = parts.add(await listenTcp(anywhere, standard));
    const peer = await connectTcp(port, { allowHalfOpen: true });
    peer.socket.end(frame(say("cut short")).subarray(0, 7));
    await peer.closed;
  });

  it("forgets a peer that resets its connection, in the middle of a message or of an answer", async () => {
    const connections = createConnections({ clock });
    const later = createLater();
    const options = { ...standard, respond: later.respond, connections };
    const { port } = parts.add(await listenTcp(anywhere, options));
    const peers = [await connectTcp(port), await connectTcp(port)];
    peers[0]?.socket.write(frame(say("cut short")).subarray(0, 7));
    peers[1]?.send(say("whole"));
    await eventually(() => expect(later.asked()).to.equal(1));
    for (const { socket } of peers) socket.resetAndDestroy();
    await eventually(() => expect(connections.size).to.equal(0));
    later.answer("whole", [say("too late")]);
  });
});
