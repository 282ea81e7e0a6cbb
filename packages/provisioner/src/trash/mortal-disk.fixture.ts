import type { FileHandle } from "node:fs/promises";
import { nodeDisk, type Disk } from "../disk/disk.ts";

/** Thrown by every call after the end. */
export class Death extends Error {
  override readonly name = "Death";
}

export interface MortalDisk {
  readonly disk: Disk;
  readonly isDead: () => boolean;
  /** What was called, in order: `rename /a -> /b`, `sync /a`. */
  readonly calls: readonly string[];
}

/** The real disk, until a process that dies at this call, before it does anything. Writes and syncs of open files are calls too. */
export function mortalDisk(lives: number = Infinity): MortalDisk {
  const calls: string[] = [];
  let isDead = false;

  function live(call: string): void {
    if (isDead || calls.length >= lives) {
      isDead = true;
      throw new Death(call);
    }
    calls.push(call);
  }

  function watched<T extends object>(target: T, describe: (method: string, args: readonly unknown[]) => string): T {
    return new Proxy(target, {
      get(object, key) {
        const method: unknown = Reflect.get(object, key, object);
        if (typeof method !== "function" || typeof key !== "string") return method;
        if (key === "close") return method.bind(object) as unknown;
        return async (...args: readonly unknown[]) => {
          live(describe(key, args));
          const result = (await Reflect.apply(method, object, args)) as unknown;
          return key === "open" ? watched(result as FileHandle, (name) => `${name} ${String(args[0])}`) : result;
        };
      },
    });
  }

  const disk = watched(
    nodeDisk,
    (method, args) => `${method} ${args.filter((each) => typeof each === "string").join(" -> ")}`,
  );
  return { disk, isDead: () => isDead, calls };
}
