import { createFakeClock, createStopStack, silentLogger, type FakeClock, type StopStack } from "@ordinal/runtime";
import { expect } from "chai";
import { eventually } from "../api.fixture.ts";
import { query, read } from "../message.fixture.ts";
import { answerAddress } from "./answers.fixture.ts";
import { createConnections, type Connections } from "./connections.ts";
import { frame } from "./frames.ts";
import { listenBoth, type ListenAddress } from "./listen.ts";
import { askUdp, connectTcp, needs, run, type StreamPeer } from "./peers.fixture.ts";

const question = query("web.example", "A");
const answer = "web.example. 5 A 127.0.0.7";

describe("a crowd", () => {
  let parts: StopStack;
  let clock: FakeClock;
  let connections: Connections;
  let address: ListenAddress;
  beforeEach(async () => {
    parts = createStopStack();
    clock = createFakeClock();
    connections = createConnections({ clock, maxConnections: 1_100 });
    const options = { respond: answerAddress, clock, log: silentLogger, connections };
    ({ address } = parts.add(await listenBoth({ host: "127.0.0.1", port: 0 }, options)));
  });
  afterEach(() => parts.stop());

  async function crowd(size: number): Promise<readonly StreamPeer[]> {
    const peers: StreamPeer[] = [];
    while (peers.length < size) {
      const some = Array.from({ length: 100 }, () => connectTcp(address.port));
      peers.push(...(await Promise.all(some)));
    }
    parts.add({
      async stop() {
        for (const { socket } of peers) socket.destroy();
      },
    });
    return peers;
  }

  async function isAnswered(peer: StreamPeer, times: number): Promise<void> {
    for (let time = 1; time <= times; time += 1) {
      peer.send(question);
      const [last] = (await peer.received(time)).slice(-1);
      expect(read(last ?? question).answer).to.deep.equal([answer]);
      expect(read(await askUdp(address.port, question)).answer).to.deep.equal([answer]);
    }
  }

  it("D34 of 1,000 silent connections leaves UDP and a well-behaved connection alone, and is sent away", async () => {
    const before = await connectTcp(address.port);
    const idle = await crowd(1_000);
    await eventually(() => expect(connections.size).to.equal(1_001));
    await isAnswered(before, 50);
    await isAnswered(await connectTcp(address.port), 50);
    await clock.advance(10_000);
    await Promise.all(idle.map(({ closed }) => closed));
    await eventually(() => expect(connections.size).to.equal(0));
    await isAnswered(await connectTcp(address.port), 1);
  });

  it("D34 of 1,000 connections that each ask is answered", async () => {
    const peers = await crowd(1_000);
    await Promise.all(peers.map((peer) => isAnswered(peer, 1)));
  });

  it("of more connections than there may be keeps out nobody who asks", async () => {
    const good = await connectTcp(address.port);
    const idle = await crowd(1_000);
    await eventually(() => expect(connections.size).to.equal(1_001));
    await isAnswered(good, 1);
    const more = await crowd(600);
    await eventually(() => expect(idle.filter(({ socket }) => socket.destroyed)).to.have.length(501));
    expect(connections.size).to.equal(1_100);
    expect(more.every(({ socket }) => !socket.destroyed)).to.equal(true);
    good.send(question);
    await good.received(2);
  });

  it("that sends one octet at a time, and never the last, is sent away while others are answered", async () => {
    const loris = await crowd(300);
    const slow = frame(question).subarray(0, -1);
    const good = await connectTcp(address.port);
    for (const [index, octet] of slow.entries()) {
      for (const { socket } of loris) socket.write(Buffer.from([octet]));
      if (index % 10 === 0) await isAnswered(await connectTcp(address.port), 1);
    }
    await clock.advance(9_999);
    await isAnswered(good, 1);
    await clock.advance(1);
    await Promise.all(loris.map(({ closed }) => closed));
    expect(good.socket.destroyed).to.equal(false);
  });

  it("D34 answers dig's queries on one connection that stays open", async function () {
    await needs(this, "dig");
    const names = Array.from({ length: 20 }, (_, index) => `web-${index}.example`);
    const where = ["@127.0.0.1", "-p", String(address.port), "+tcp", "+keepopen", "+noall", "+answer"];
    const said = await run("dig", [...where, ...names]);
    expect(said.trim().split("\n")).to.deep.equal(names.map((name) => `${name}.\t\t5\tIN\tA\t127.0.0.7`));
  });
});
