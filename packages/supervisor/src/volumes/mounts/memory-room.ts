import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { listIfPresent } from "../../runtime/commands/read-if-present.ts";
import type { Mounter } from "./mounter.ts";

/** A file system in memory for what must not get to the disk, shared by the pods of the node. It outlives the daemon. */
export interface MemoryRoom {
  /** A pod's own directory in it, which is made by whoever uses it. */
  directoryOf(podUid: string): Promise<string>;
  /** Pods that have something in it. */
  podUids(): Promise<readonly string[]>;
  remove(podUid: string): Promise<void>;
  /** Unmounts it: no pod is left. */
  tearDown(): Promise<void>;
}

/** It is mounted when it is first used. */
export function createMemoryRoom(directory: string, mounter: Mounter): MemoryRoom {
  let mounting: Promise<void> | undefined;

  async function mount(): Promise<void> {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await mounter.tmpfs(directory, { mode: 0o700 });
  }

  return {
    async directoryOf(podUid) {
      mounting ??= mount();
      try {
        await mounting;
      } catch (error) {
        mounting = undefined;
        throw error;
      }
      return join(directory, podUid);
    },
    podUids: () => listIfPresent(directory),
    remove: (podUid) => rm(join(directory, podUid), { recursive: true, force: true }),
    async tearDown() {
      mounting = undefined;
      await mounter.unmountBelow(directory);
    },
  };
}
