import type { FileHandle } from "node:fs/promises";
import type { Client } from "@ordinal/client";
import type { Disk } from "./disk.ts";

/** Thrown by everything a process does after its end: nobody may act on it. */
export class Killed extends Error {
  override readonly name = "Killed";
}

export interface FateOptions {
  /** The step at which the process ends; the first is 1. Left out: it does not. */
  readonly dieAt?: number;
  /** Whether the step has been done when the process ends. A write that has not been done has been done by half. */
  readonly isDone?: boolean;
  /** Ends the process in earnest. Left out: everything it does from then on fails. */
  readonly end?: () => void;
  /** The steps at which the disk gives this error instead. */
  readonly fail?: { readonly from: number; readonly times: number; readonly code: string };
}

/** What becomes of a process: it counts its steps, which are all calls of its disk and all its writes to the API. */
export interface Fate {
  readonly steps: () => number;
  readonly isDead: () => boolean;
  readonly log: readonly string[];
  disk(real: Disk): Disk;
  client(real: Client): Client;
}

export function createFate({ dieAt = Infinity, isDone = false, end, fail }: FateOptions = {}): Fate {
  const log: string[] = [];
  let isDead = false;

  async function step<T>(what: string, act: () => Promise<T>, half?: () => Promise<unknown>): Promise<T> {
    if (isDead) throw new Killed(what);
    log.push(what);
    const number = log.length;
    if (number === dieAt) {
      isDead = true;
      try {
        const result = await (isDone ? act() : half?.());
        // The end of a process closes its files.
        if (what.startsWith("open ")) await (result as FileHandle | undefined)?.close();
      } catch {
        // Nobody is there any more who could learn of it.
      }
      end?.();
      throw new Killed(what);
    }
    if (fail !== undefined && !what.startsWith("API") && number >= fail.from && number < fail.from + fail.times)
      throw Object.assign(new Error(`${fail.code}: made up, ${what}`), { code: fail.code });
    return await act();
  }

  function watched<T extends object>(target: T, place?: string): T {
    return new Proxy(target, {
      get(object, key) {
        const method: unknown = Reflect.get(object, key, object);
        if (typeof method !== "function" || typeof key !== "string") return method;
        const call = async (args: readonly unknown[]) => (await Reflect.apply(method, object, args)) as unknown;
        // What only looks, or lets go, is no step at which anything could be lost.
        if (key === "close" || key === "stat") return async (...args: readonly unknown[]) => await call(args);
        return async (...args: readonly unknown[]) => {
          const what = `${key} ${place ?? args.filter((each) => typeof each === "string").join(" ")}`;
          const [text] = args;
          const half =
            key === "writeFile" && typeof text === "string"
              ? async () => await call([text.slice(0, text.length / 2)])
              : undefined;
          const result = await step(what, async () => await call(args), half);
          return key === "open" ? watched(result as FileHandle, String(args[0])) : result;
        };
      },
    });
  }

  async function write<T>(what: string, resource: string, act: () => Promise<T>): Promise<T> {
    if (isDead) throw new Killed(what);
    // Events come when they come.
    return resource === "events" ? await act() : await step(`API ${what} ${resource}`, act);
  }

  async function read<T>(act: () => Promise<T>): Promise<T> {
    if (isDead) throw new Killed("read");
    return await act();
  }

  function client(real: Client): Client {
    return {
      ...real,
      get: async (...args) => await read(async () => await real.get(...args)),
      list: async (...args) => await read(async () => await real.list(...args)),
      create: async (...args) => await write("create", args[0], async () => await real.create(...args)),
      update: async (...args) => await write("update", args[0], async () => await real.update(...args)),
      patch: async (...args) => await write("patch", args[0], async () => await real.patch(...args)),
      delete: async (...args) => await write("delete", args[0], async () => await real.delete(...args)),
    };
  }

  return { steps: () => log.length, isDead: () => isDead, log, disk: (real) => watched(real), client };
}
