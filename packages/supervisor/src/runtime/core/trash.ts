import { randomUUID } from "node:crypto";
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { describeError, hasCode } from "@ordinal/runtime";
import type { Logger } from "@ordinal/runtime";

/** Removes directories at once for everybody who looks, and takes the time for it later. */
export interface Trash {
  /** The directory is gone when this resolves; one that was not there is no error. */
  remove(directory: string): Promise<void>;
  /** Resolves when all of it has been emptied. */
  emptied(): Promise<void>;
}

/** `directory` must be on the file system of what is removed; what an earlier daemon left in it goes too. */
export async function createTrash(directory: string, log: Logger): Promise<Trash> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  let emptying: Promise<void> = Promise.resolve();

  function empty(path: string): void {
    emptying = emptying
      .then(async () => await rm(path, { recursive: true, force: true }))
      .catch((error: unknown) => log.warn("cannot remove a directory", { path, error: describeError(error) }));
  }

  for (const name of await readdir(directory)) empty(join(directory, name));
  return {
    async remove(path) {
      const to = join(directory, randomUUID());
      try {
        await rename(path, to);
        empty(to);
      } catch (error) {
        if (!hasCode(error, "ENOENT", "EXDEV")) throw error;
        await rm(path, { recursive: true, force: true });
      }
    },
    emptied: async () => await emptying,
  };
}
