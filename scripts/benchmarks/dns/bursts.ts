import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { systemClock } from "@ordinal/runtime";
import { spent, threadTimes } from "./processor.ts";

/** A server and what it is to be asked, each question from a socket of its own. */
export interface BurstServer {
  readonly pid: number;
  readonly port: number;
  /** How many threads answer. */
  readonly threads: number;
  readonly questions: readonly Buffer[];
}

/** Many who ask servers at once and then sleep, so that the servers have all cores to themselves while they answer. */
export interface Burst {
  /**
   * Questions answered per second, of all threads together. Their times are averaged, because under a load that lasts the one
   * that is done first has the next question. Rejects when one was not answered.
   */
  ask(): Promise<number>;
  close(): void;
}

/** So many questions wait in a socket with the most room that Linux gives one by default. */
export const questionsPerThread = 480;

/** Longer than a thread needs for what can wait for it. */
const restMs = 40;

/**
 * The servers are stopped while they are asked, and go on together. Each thread's time is counted from then on, also what it
 * waits for a core. The kernel chooses the thread by the port a datagram comes from, therefore the many sockets.
 */
export async function openBurst(servers: readonly BurstServer[]): Promise<Burst> {
  const askers = (
    await Promise.all(
      servers.map(async ({ port, questions }) =>
        Promise.all(questions.map(async (question) => ({ question, socket: await openSocket(port) }))),
      ),
    )
  ).flat();
  let answered = 0;
  for (const { socket } of askers) socket.on("message", () => (answered += 1));

  async function askAll(): Promise<void> {
    await Promise.all(
      askers.map(async ({ socket, question }) => {
        await promisify((done: (error: Error | null) => void) => socket.send(question, done))();
      }),
    );
  }

  const signal = (name: "SIGSTOP" | "SIGCONT"): void => {
    for (const { pid } of servers) process.kill(pid, name);
  };
  const times = async () =>
    await Promise.all(servers.map(async ({ pid }) => await threadTimes(pid, { withWaits: true })));

  return {
    async ask() {
      answered = 0;
      signal("SIGSTOP");
      let before: readonly ReadonlyMap<string, number>[];
      try {
        await Promise.all(servers.map(async ({ pid }) => await untilStopped(pid)));
        await askAll();
        before = await times();
      } finally {
        signal("SIGCONT");
      }
      sleepWhole(restMs);
      const after = await times();
      const taken = servers.flatMap(({ threads }, index) =>
        spent(before[index] ?? new Map(), after[index] ?? new Map()).slice(0, threads),
      );
      for (let look = 0; answered < askers.length && look < 100; look += 1) await systemClock.sleep(5);
      if (answered < askers.length) throw new Error(`${answered} of ${askers.length} questions were answered`);
      return (answered * taken.length * 1e9) / taken.reduce((sum, each) => sum + each, 0);
    },
    close() {
      for (const { socket } of askers) socket.close();
    },
  };
}

async function openSocket(port: number): Promise<Socket> {
  const socket = createSocket("udp4");
  socket.connect(port, "127.0.0.1");
  await once(socket, "connect");
  return socket;
}

async function untilStopped(pid: number): Promise<void> {
  const isStopped = async (): Promise<boolean> => (await readFile(`/proc/${pid}/stat`, "utf8")).includes(") T ");
  while (!(await isStopped())) await systemClock.sleep(1);
}

/** Nothing of this process runs meanwhile, not even what has come for it. */
function sleepWhole(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
