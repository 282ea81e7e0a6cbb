import { setImmediate as nextTurn } from "node:timers/promises";
import { query } from "../message.fixture.ts";
import { frame } from "../listen/frames.ts";
import { connectTcp, type StreamPeer } from "../listen/peers.fixture.ts";
import { isAnswered } from "./judge.fixture.ts";
import type { MessageMaker } from "./message-fuzz.fixture.ts";
import { canary, expectThat, judgeAt, SocketProblem } from "./socket-fuzz.fixture.ts";
import type { Target } from "./target.fixture.ts";

/** One way of ill-treating a server; throws where it shows. */
export interface Scenario {
  readonly name: string;
  readonly run: (target: Target, maker: MessageMaker) => Promise<void>;
}

export const tcpScenarios: readonly Scenario[] = [
  { name: "queries cut into pieces, then half of the connection is closed", run: cutQueries },
  { name: "two queries, cut at every octet", run: cutEverywhere },
  { name: "messages longer than a query may be, up to 64 kB", run: tooLong },
  { name: "messages shorter than a header, of no octets at all too", run: tooShort },
  { name: "octets that are no messages", run: garbage },
  { name: "connections reset in the middle of a message", run: reset },
  { name: "1,000 connections at once, then more than there may be", run: crowd },
  { name: "1,000 queries on one connection with nobody reading", run: unread },
];

export const silentScenario: Scenario = { name: "connections that say too little, for too long", run: silent };

async function cutQueries(target: Target, maker: MessageMaker): Promise<void> {
  await askInPieces(target, maker, { transport: "tcp", peer: await connect(target, { allowHalfOpen: true }) });
}

/** Messages as bad as they come, each of which gets its answer although nothing more will be asked (RFC 7766 §6.2.1.1). */
export async function askInPieces(
  target: Target,
  maker: MessageMaker,
  { transport, peer }: { readonly transport: "tcp" | "tls"; readonly peer: StreamPeer },
): Promise<void> {
  const { random } = maker;
  const messages: Buffer[] = [];
  while (messages.length < 40) {
    const message = Buffer.from(maker.next());
    if (message.length < 12 || message.length > 4_096) continue;
    message.writeUInt16BE(messages.length, 0);
    messages.push(message);
  }
  const stream = Buffer.concat(messages.map(frame));
  for (let at = 0; at < stream.length;) {
    const size = random.pick([1, 2, 3, 17, 200, 1_500, 40_000]);
    peer.socket.write(stream.subarray(at, at + size));
    at += size;
    // Sooner or later with the next piece, as networks have it.
    if (random.onceIn(2)) await nextTurn();
  }
  peer.socket.end();
  await expectThat(target, { that: "a connection is closed when all is said", happens: peer.closed });
  const answers = new Map((await peer.received(0)).map((answer) => [answer.readUInt16BE(0), answer]));
  for (const [id, message] of messages.entries()) judgeAt(target, { message, transport, answer: answers.get(id) });
  const wanted = messages.filter(isAnswered).length;
  if (answers.size > wanted) throw new SocketProblem("there are more answers than questions", stream);
}

async function cutEverywhere(target: Target): Promise<void> {
  const stream = Buffer.concat([frame(canary(1)), frame(canary(2))]);
  for (let cut = 1; cut < stream.length; cut += 1) {
    const peer = await connect(target);
    peer.socket.write(stream.subarray(0, cut));
    await nextTurn();
    peer.socket.write(stream.subarray(cut));
    await expectCanaries(target, peer, [1, 2]);
    peer.socket.destroy();
  }
}

async function tooLong(target: Target, { random }: MessageMaker): Promise<void> {
  for (const length of [4_097, 5_000, 16_384, 65_535]) {
    const peer = await connect(target);
    peer.socket.write(frame(random.octets(length)));
    await expectThat(target, {
      that: `a connection with a message of ${length} octets is closed`,
      happens: peer.closed,
    });
    await expectNothing(peer);
    await expectAnswer(target);
  }
}

async function tooShort(target: Target, { random }: MessageMaker): Promise<void> {
  for (let length = 0; length < 12; length += 1) {
    const peer = await connect(target);
    peer.socket.write(frame(random.octets(length)));
    await expectThat(target, {
      that: `a connection with a message of ${length} octets is closed`,
      happens: peer.closed,
    });
    await expectNothing(peer);
  }
  await expectAnswer(target);
}

async function garbage(target: Target, { random }: MessageMaker): Promise<void> {
  for (let times = 0; times < 20; times += 1) {
    const peer = await connect(target);
    const octets = random.octets(1 + random.below(3_000));
    peer.socket.end(octets);
    await expectThat(target, { that: "a connection that says nothing is closed when it ends", happens: peer.closed });
  }
  await expectAnswer(target);
}

async function reset(target: Target, { random }: MessageMaker): Promise<void> {
  const stream = Buffer.concat(Array.from({ length: 50 }, (_, id) => frame(canary(id))));
  for (let times = 0; times < 30; times += 1) {
    const peer = await connect(target);
    peer.socket.write(stream.subarray(0, 1 + random.below(stream.length)));
    if (random.onceIn(2)) await nextTurn();
    peer.socket.resetAndDestroy();
  }
  await expectAnswer(target);
}

/** A piece of a query now and then is no sign of life. */
async function silent(target: Target): Promise<void> {
  const stream = frame(canary(1));
  const peers = await Promise.all(Array.from({ length: 60 }, async () => await connect(target)));
  for (const [index, { socket }] of peers.entries()) {
    for (const octet of stream.subarray(0, index % stream.length)) socket.write(Buffer.from([octet]));
  }
  await expectAnswer(target);
  const closed = Promise.all(peers.map(async (peer) => await peer.closed));
  await expectThat(target, {
    that: "connections that say nothing are closed",
    happens: closed,
    withinMs: target.idleMs + 20_000,
  });
  await expectAnswer(target);
}

async function crowd(target: Target): Promise<void> {
  const peers = await connectAll(target, 1_000);
  for (const { socket } of peers) socket.write(frame(canary(1)));
  await Promise.all(peers.map(async (peer) => await expectCanaries(target, peer, [1])));
  // Those that were silent longest make room for these.
  const more = await connectAll(target, 300);
  for (const { socket } of more) socket.write(frame(canary(2)));
  await Promise.all(more.map(async (peer) => await expectCanaries(target, peer, [2])));
  await expectAnswer(target);
  for (const { socket } of [...peers, ...more]) socket.destroy();
}

async function unread(target: Target): Promise<void> {
  const queries = Array.from({ length: 1_000 }, (_, id) => query("big.default.svc.cluster.local", "SRV", { id }));
  const stream = Buffer.concat(queries.map(frame));
  const never = await Promise.all(Array.from({ length: 10 }, async () => await connect(target)));
  const later = await connect(target);
  for (const { socket } of [...never, later]) {
    socket.pause();
    socket.write(stream);
  }
  await expectAnswer(target);
  later.socket.resume();
  const answers = await expectThat(target, {
    that: "1,000 answers are there once they are read",
    happens: later.received(queries.length),
  });
  const byId = new Map(answers.map((answer) => [answer.readUInt16BE(0), answer]));
  // They are all alike, so it is enough to look into some.
  for (const [id, message] of queries.entries()) {
    if (!byId.has(id)) throw new SocketProblem(`query ${id} of ${queries.length} is not answered`, message);
    if (id % 20 === 0) judgeAt(target, { message, transport: "tcp", answer: byId.get(id) });
  }
  for (const { socket } of [...never, later]) socket.destroy();
  await expectAnswer(target);
}

async function connect(target: Target, options: { readonly allowHalfOpen?: boolean } = {}): Promise<StreamPeer> {
  return await expectThat(target, { that: "a connection is accepted", happens: connectTcp(target.port, options) });
}

/** A hundred at a time: more at once than the system lets wait to be accepted is no fault of the server. */
async function connectAll(target: Target, count: number): Promise<readonly StreamPeer[]> {
  const peers: StreamPeer[] = [];
  while (peers.length < count) {
    const some = Math.min(100, count - peers.length);
    peers.push(...(await Promise.all(Array.from({ length: some }, async () => await connect(target)))));
  }
  return peers;
}

/** It is still there for others. */
export async function expectAnswer(target: Target): Promise<void> {
  const peer = await connect(target);
  peer.socket.write(frame(canary(7)));
  await expectCanaries(target, peer, [7]);
  peer.socket.destroy();
}

async function expectCanaries(target: Target, peer: StreamPeer, ids: readonly number[]): Promise<void> {
  const answers = await expectThat(target, { that: "a query is answered", happens: peer.received(ids.length) });
  for (const [index, id] of ids.entries())
    judgeAt(target, { message: canary(id), transport: "tcp", answer: answers[index] });
}

async function expectNothing(peer: StreamPeer): Promise<void> {
  const answers = await peer.received(0);
  if (answers.length > 0) throw new Error("it is answered, though it is no query");
}
