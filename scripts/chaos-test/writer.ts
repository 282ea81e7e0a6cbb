import { createInterface } from "node:readline";
import { once } from "node:events";
import { join } from "node:path";
import type { Machine } from "../rig/machine.ts";
import { hostOf } from "./databases.ts";

const program = join(import.meta.dirname, "writer-main.ts");

/** The writers of one database, at work. */
export interface Writer {
  /** Numbers that the database has acknowledged. */
  readonly acknowledged: ReadonlySet<number>;
  /** Ends them; no write is under way any more when it resolves. */
  stop(): Promise<void>;
}

export function startWriter(machine: Machine, name: string, say: (words: string) => void): Writer {
  const acknowledged = new Set<number>();
  const child = machine.spawn([process.execPath, program, "write", name, hostOf(name)]);
  if (child.stdout === null || child.stderr === null || child.stdin === null) throw new TypeError("has no streams");
  const { stdin } = child;
  createInterface({ input: child.stdout }).on("line", (line) => acknowledged.add(Number(line)));
  createInterface({ input: child.stderr }).on("line", say);
  const ended = once(child, "close");
  return {
    acknowledged,
    async stop() {
      stdin.end();
      await ended;
    },
  };
}

/** What the database holds now. */
export async function readAll(machine: Machine, name: string): Promise<readonly number[]> {
  const said = await machine.out(process.execPath, program, "read", name, hostOf(name));
  return JSON.parse(said) as readonly number[];
}
