import type { Disk } from "./disk.ts";
import { syncDirectory } from "./durable.ts";

/** Resolves when what was done in the directory before the call is on disk. */
export type SyncDirectory = (path: string) => Promise<void>;

/**
 * `syncDirectory` for many callers at once: while one sync of a directory runs, all who ask for it wait for one further sync
 * together. So a thousand volumes made at once cost a few syncs of their base.
 */
export function createSharedSync(disk: Disk): SyncDirectory {
  const running = new Map<string, Promise<void>>();
  const next = new Map<string, Promise<void>>();

  function start(path: string): Promise<void> {
    const sync = syncDirectory(disk, path).finally(() => {
      if (running.get(path) === sync) running.delete(path);
    });
    running.set(path, sync);
    return sync;
  }

  return (path) => {
    const current = running.get(path);
    if (current === undefined) return start(path);
    const waiting = next.get(path);
    if (waiting !== undefined) return waiting;
    // A sync that began earlier may have missed what was done since; whether it failed is its own callers' matter.
    const after = current
      .catch(() => {})
      .then(() => {
        next.delete(path);
        return start(path);
      });
    next.set(path, after);
    return after;
  };
}
