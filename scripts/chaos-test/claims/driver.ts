import { once } from "node:events";
import { createInterface } from "node:readline";
import { join } from "node:path";
import type { Machine } from "../../rig/machine.ts";
import type { ChaosEvent, ClassName } from "./events.ts";
import type { World } from "./world.ts";

/** The driver at work on a machine. */
export interface Driver {
  /** What it has said so far. */
  readonly events: readonly ChaosEvent[];
  /** How it ended, when it has ended by itself: its last words. */
  readonly problem: () => string | undefined;
  /** Lets it end what it is doing; resolves with what it has done how often. Rejects when it ends badly. */
  stop(): Promise<ReadonlyMap<string, number>>;
  /** Ends it at once. */
  kill(): Promise<void>;
}

export interface DriverOptions {
  readonly seed: number;
  readonly slots: number;
  readonly classNames: readonly ClassName[];
  /** What links in volumes lead to. */
  readonly foreignDir: string;
}

export function startDriver(machine: Machine, options: DriverOptions): Driver {
  const order = { ...options, dataDir: machine.dataDir, ordinal: machine.ordinal() };
  const program = join(import.meta.dirname, "driver-main.ts");
  const child = machine.spawn([process.execPath, program, JSON.stringify(order)]);
  if (child.stdout === null || child.stderr === null || child.stdin === null) throw new TypeError("has no streams");
  const { stdin } = child;
  const events: ChaosEvent[] = [];
  let done: Readonly<Record<string, number>> | undefined;
  let words = "";
  createInterface({ input: child.stdout }).on("line", (line) => {
    const said = JSON.parse(line) as ChaosEvent | { readonly done: Readonly<Record<string, number>> };
    if ("done" in said) ({ done } = said);
    else events.push(said);
  });
  child.stderr.on("data", (chunk: Buffer) => (words += chunk.toString()));
  const ended = once(child, "close");
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  return {
    events,
    problem: () => (hasEnded() && done === undefined ? words : undefined),
    async stop() {
      stdin.end();
      await ended;
      if (done === undefined) throw new Error(`the driver ended: ${words}`);
      return new Map(Object.entries(done));
    },
    async kill() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

/** Everything there is on the machine; what is in images only when asked for. */
export async function lookAtWorld(machine: Machine, { images }: { readonly images: boolean }): Promise<World> {
  const program = join(import.meta.dirname, "world-main.ts");
  const said = await machine.out(process.execPath, program, machine.dataDir, ...(images ? ["images"] : []));
  return JSON.parse(said) as World;
}
