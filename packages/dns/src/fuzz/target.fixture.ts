import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Stoppable } from "@ordinal/runtime";
import { World, type WorldKind } from "./world.fixture.ts";

/** A server in a process of its own, and what it has to say. */
export interface Target extends Stoppable {
  readonly port: number;
  /** Over TLS and over HTTPS; undefined where no certificate can be made. */
  readonly tlsPort: number | undefined;
  readonly httpsPort: number | undefined;
  readonly world: World;
  /** How long it bears a silent connection. */
  readonly idleMs: number;
  /** How it ended, with its last words; undefined while it runs. */
  ended(): string | undefined;
  /** What it holds once it has tidied up, and what the system gave it, in octets. */
  memory(): Promise<Memory>;
}

export interface Memory {
  readonly held: number;
  readonly rss: number;
}

export interface TargetOptions {
  readonly idleMs: number;
  /** Whether its room for kept answers is filled to begin with, so that its memory has no reason to grow. */
  readonly isFilled: boolean;
}

/** How much of what it says last is kept. */
const wordsLimit = 8_192;

export async function startTarget(kind: WorldKind, { idleMs, isFilled }: TargetOptions): Promise<Target> {
  const main = join(import.meta.dirname, "target-main.fixture.ts");
  const child = fork(main, [kind.name, String(idleMs), String(isFilled)], {
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  const exited = once(child, "exit");
  let words = "";
  child.stderr?.on("data", (piece: Buffer) => {
    words = (words + piece.toString()).slice(-wordsLimit);
  });
  const ended = (): string | undefined =>
    child.exitCode === null && child.signalCode === null
      ? undefined
      : `the server ended with ${child.signalCode ?? child.exitCode}: ${words.trim()}`;
  const reply = async (): Promise<unknown> => {
    const [message] = (await Promise.race([once(child, "message"), exited])) as [unknown];
    const how = ended();
    if (how !== undefined) throw new Error(how);
    return message;
  };
  const { port, tlsPort, httpsPort } = (await reply()) as { port: number; tlsPort?: number; httpsPort?: number };
  return {
    port,
    tlsPort,
    httpsPort,
    world: new World(kind),
    idleMs,
    ended,
    async memory() {
      child.send("memory");
      return (await reply()) as Memory;
    },
    async stop() {
      child.kill("SIGKILL");
      await exited;
    },
  };
}
