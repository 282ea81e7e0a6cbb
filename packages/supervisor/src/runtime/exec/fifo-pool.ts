import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { mustRun } from "../commands/run-command.ts";

/**
 * FIFOs made ahead of need. Node gives children socket pairs, and programs that open /dev/stdout or /dev/stdin again
 * cannot have those; and making a FIFO takes a process, which should not wait until a pod starts.
 */
export interface FifoPool {
  /** The path of a FIFO nobody else gets, mode 0666. The taker moves or removes it. */
  take(): Promise<string>;
}

const batch = 32;
const low = 12;

/** Keeps its FIFOs below `directory`, which it empties first. */
export async function createFifoPool(directory: string): Promise<FifoPool> {
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const free: string[] = [];
  let made = 0;
  let filling: Promise<void> | undefined;

  async function fill(): Promise<void> {
    const paths = Array.from({ length: batch }, () => join(directory, String(made++)));
    await mustRun(["mkfifo", "-m", "666", ...paths]);
    free.push(...paths);
  }

  function refill(): Promise<void> {
    filling ??= fill().finally(() => {
      filling = undefined;
    });
    return filling;
  }

  await refill();
  return {
    async take() {
      for (;;) {
        const path = free.pop();
        // Whoever finds the pool empty waits, and is told when it cannot be filled.
        if (free.length < low && path !== undefined) refill().catch(() => {});
        if (path !== undefined) return path;
        await refill();
      }
    },
  };
}
