import { link, readFile, rename, unlink, writeFile } from "node:fs/promises";
import { hasCode } from "@ordinal/runtime";
import { identify, isSameProcess, type ProcessIdentity } from "./process-identity.ts";
import { UsageError } from "./usage-error.ts";

export interface Lock {
  release(): Promise<void>;
}

/** Who holds the data directory, or undefined when nobody alive does. */
export async function lockHolder(pidFile: string): Promise<ProcessIdentity | undefined> {
  const holder = await readHolder(pidFile);
  return holder !== undefined && (await isSameProcess(holder)) ? holder : undefined;
}

/**
 * Takes the data directory for this process. The pid file appears whole, by a hard link that fails when there is one;
 * a file left by a dead daemon is moved away first. Throws UsageError when another daemon lives there.
 */
export async function takeLock(pidFile: string): Promise<Lock> {
  const own = await identify(process.pid);
  const draft = `${pidFile}.${process.pid}`;
  await writeFile(draft, `${process.pid}\n${own?.startTime ?? ""}\n${own?.bootId ?? ""}\n`, { mode: 0o600 });
  try {
    await claim(pidFile, draft);
  } finally {
    await unlink(draft);
  }
  return {
    async release() {
      if ((await readHolder(pidFile))?.pid === process.pid) await unlink(pidFile);
    },
  };
}

async function claim(pidFile: string, draft: string): Promise<void> {
  for (;;) {
    try {
      await link(draft, pidFile);
      return;
    } catch (error) {
      if (!hasCode(error, "EEXIST")) throw error;
    }
    const holder = await lockHolder(pidFile);
    if (holder !== undefined) {
      throw new UsageError(
        `another daemon (pid ${holder.pid}) already uses this data directory; stop it with "ordinal stop", or give this one its own with --data-dir DIR`,
      );
    }
    await moveAway(pidFile);
  }
}

/** Moved, not removed: only one of two that find a stale file can move it. A live one moved by mistake is put back. */
async function moveAway(pidFile: string): Promise<void> {
  const stale = `${pidFile}.stale-${process.pid}`;
  try {
    await rename(pidFile, stale);
    if ((await lockHolder(stale)) !== undefined) await link(stale, pidFile);
    await unlink(stale);
  } catch (error) {
    if (!hasCode(error, "ENOENT")) throw error;
  }
}

async function readHolder(pidFile: string): Promise<ProcessIdentity | undefined> {
  try {
    const [pid = "", startTime = "", bootId = ""] = (await readFile(pidFile, "utf8")).split("\n");
    return /^\d+$/.test(pid) ? { pid: Number(pid), startTime, bootId } : undefined;
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}
