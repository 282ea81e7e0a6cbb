import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { systemClock } from "@ordinal/runtime";
import { isAnswered } from "./judge.fixture.ts";
import type { MessageMaker } from "./message-fuzz.fixture.ts";
import { canary, judgeAt, SocketProblem } from "./socket-fuzz.fixture.ts";
import type { Target } from "./target.fixture.ts";

/** Datagrams sent in one go: few enough that the system drops none of them for want of room. */
const batchSize = 32;

/** Ids from here on are those of the questions behind the batches. */
const firstCanary = 0x8000;

/** How often, and for how long each time, an answer is waited for. */
const tries = { times: 5, ms: 3_000 };

/**
 * Sends datagrams of a maker, and behind each few of them a question that must be answered. Every answer is judged, and
 * one that does not come is asked for again alone before it counts as missing. Throws a `SocketProblem`.
 */
export async function fuzzUdp(target: Target, maker: MessageMaker, count: number): Promise<void> {
  const socket = createSocket("udp4");
  socket.connect(target.port, "127.0.0.1");
  await once(socket, "connect");
  const asker = new Asker(socket, target);
  try {
    for (let sent = 0; sent < count; sent += batchSize) {
      const batch = Array.from({ length: Math.min(batchSize, count - sent) }, (_, id) => withId(maker.next(), id));
      const answers = await asker.ask(batch);
      for (const [id, message] of batch.entries()) {
        const answer = answers.get(id);
        if (answer !== undefined || !isAnswered(message)) judgeAt(target, { message, transport: "udp", answer });
        else await askAlone(asker, target, withId(message, 0));
      }
    }
  } finally {
    socket.close();
  }
}

async function askAlone(asker: Asker, target: Target, message: Buffer): Promise<void> {
  const answers = await asker.ask([message]);
  judgeAt(target, { message, transport: "udp", answer: answers.get(0) });
}

class Asker {
  readonly #socket: Socket;
  readonly #target: Target;
  #canaries = 0;

  constructor(socket: Socket, target: Target) {
    this.#socket = socket;
    this.#target = target;
  }

  /** The answers to these, by id, that came before the one to the question behind them. Ids count from 0. */
  async ask(batch: readonly Buffer[]): Promise<ReadonlyMap<number, Buffer>> {
    const socket = this.#socket;
    const answers = new Map<number, Buffer>();
    const last = batch.at(-1) ?? Buffer.alloc(0);
    const canaryId = firstCanary + (this.#canaries++ & 0x3fff);
    const answered = Promise.withResolvers<true>();
    const take = (answer: Buffer): void => {
      const id = answer.length < 2 ? -1 : answer.readUInt16BE(0);
      if (id === canaryId) answered.resolve(true);
      else if (answers.has(id) || id < 0 || (id >= batch.length && id < firstCanary)) {
        answered.reject(new SocketProblem(`an answer that nobody asked for: ${answer.toString("hex")}`, last));
      } else answers.set(id, Buffer.from(answer));
    };
    // A port where nobody listens any more is told as an error.
    const fail = (error: Error): void =>
      answered.reject(new SocketProblem(this.#target.ended() ?? error.message, Buffer.concat(batch)));
    socket.on("message", take);
    socket.once("error", fail);
    try {
      for (const message of batch) socket.send(message);
      for (let left = tries.times; left > 0; left -= 1) {
        socket.send(canary(canaryId));
        if (await soon(answered.promise)) return answers;
      }
      throw new SocketProblem(this.#target.ended() ?? "nothing is answered any more", last);
    } finally {
      socket.off("message", take);
      socket.off("error", fail);
    }
  }
}

const isLate = (): false => false;

/** False where it takes too long. */
async function soon(fact: Promise<true>): Promise<boolean> {
  const waiting = new AbortController();
  const late = systemClock.sleep(tries.ms, waiting.signal).then(isLate, isLate);
  try {
    return await Promise.race([fact, late]);
  } finally {
    waiting.abort();
  }
}

/** The same message with an id of ours, where it is long enough to have one. */
function withId(message: Buffer, id: number): Buffer {
  const own = Buffer.from(message);
  if (own.length >= 2) own.writeUInt16BE(id, 0);
  return own;
}
