import type { Dir } from "node:fs";
import { join } from "node:path";
import { hasCode } from "@ordinal/runtime";
import type { Disk } from "../disk/disk.ts";
import { kindOfPath } from "./place.ts";
import { emptyingOf } from "./layout.ts";

/** Names are read so that every byte is one character: a pod may give its files names that are no text. */
const asBytes = "latin1";

/** How many directories are lifted out of one before they are dealt with. */
const liftedAtOnce = 256;

/**
 * Removes a directory that stands in `.emptying`, in small steps, until it is gone or `signal` aborts. Directories in it
 * are first lifted into `.emptying` themselves. So every path that is touched is `.emptying/<ours>/<name>`, whatever the
 * depth and length of the tree, and a process that still has a hand in it cannot lead us elsewhere: what it can exchange
 * is only the last name of a path, and neither unlink nor rename follows that. A mount point refuses to be lifted, so
 * what is mounted there is never touched.
 */
export async function removeEmptying(
  disk: Disk,
  { base, name, signal }: { base: string; name: string; signal: AbortSignal },
): Promise<void> {
  const room = emptyingOf(base);
  const rest = [name];
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    if (signal.aborted) return;
    const { lifted, isGone } = await removeOne(disk, { room, path: join(room, next), signal });
    if (!isGone) rest.push(next);
    rest.push(...lifted);
  }
}

/** Removes what is left of earlier removals. */
export async function removeAllEmptying(
  disk: Disk,
  { base, signal }: { base: string; signal: AbortSignal },
): Promise<void> {
  for (const name of await namesIn(disk, emptyingOf(base))) await removeEmptying(disk, { base, name, signal });
}

/** A round over one directory: it is gone at the end, or has to be looked at again. */
async function removeOne(
  disk: Disk,
  { room, path, signal }: { room: string; path: string; signal: AbortSignal },
): Promise<{ readonly lifted: readonly string[]; readonly isGone: boolean }> {
  const kind = await kindOfPath(disk, path);
  if (kind === "missing") return { lifted: [], isGone: true };
  if (kind !== "directory") {
    return { lifted: [], isGone: await isUnlinked(disk, path) };
  }
  const lifted: string[] = [];
  const directory = await openWritable(disk, path);
  if (directory === undefined) return { lifted: [], isGone: true };
  let isTouched = false;
  for await (const entry of directory) {
    isTouched = true;
    if (signal.aborted || lifted.length >= liftedAtOnce) break;
    const inside = Buffer.concat([Buffer.from(`${path}/`), Buffer.from(entry.name, asBytes)]);
    if (!entry.isDirectory() && (await isUnlinked(disk, inside))) continue;
    const name = crypto.randomUUID();
    if (await lift(disk, inside, join(room, name))) lifted.push(name);
  }
  if (lifted.length > 0) return { lifted, isGone: false };
  const isGone = await removeEmptied(disk, path);
  if (!isGone && !isTouched) throw new Error(`${path} cannot be removed: nothing is in it, and it is not empty`);
  return { lifted, isGone };
}

/** Opened for reading, and such that its entries can be removed also by one who is not root. Undefined when it is gone. */
async function openWritable(disk: Disk, path: string): Promise<Dir | undefined> {
  try {
    await disk.chmod(path, 0o700);
    return await disk.opendir(path, { encoding: asBytes });
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

/** Whether the directory has come up; it may be gone, or have become a file meanwhile, which its own round finds. */
async function lift(disk: Disk, from: Buffer, to: string): Promise<boolean> {
  try {
    await disk.rename(from, to);
    return true;
  } catch (error) {
    if (hasCode(error, "ENOENT")) return false;
    if (hasCode(error, "EBUSY", "EXDEV"))
      throw new Error(
        `${from.toString()} is a mount point, and what is mounted there is not ours to remove: unmount it`,
        {
          cause: error,
        },
      );
    if (!hasCode(error, "EACCES")) throw error;
    // Moving a directory writes in it, which its owner may have forbidden.
    await disk.chmod(from, 0o700);
    await disk.rename(from, to);
    return true;
  }
}

async function removeEmptied(disk: Disk, path: string): Promise<boolean> {
  try {
    await disk.rmdir(path);
    return true;
  } catch (error) {
    if (hasCode(error, "ENOENT")) return true;
    if (hasCode(error, "ENOTEMPTY", "EEXIST")) return false;
    throw error;
  }
}

/** Removes a file or a link; false for a directory. */
async function isUnlinked(disk: Disk, path: Buffer | string): Promise<boolean> {
  try {
    await disk.unlink(path);
    return true;
  } catch (error) {
    if (hasCode(error, "ENOENT")) return true;
    // Linux says EISDIR of a directory, others EPERM.
    if (hasCode(error, "EISDIR") || (hasCode(error, "EPERM") && (await kindOfPath(disk, path)) === "directory"))
      return false;
    throw error;
  }
}

async function namesIn(disk: Disk, path: string): Promise<readonly string[]> {
  try {
    return await disk.readdir(path);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return [];
    throw error;
  }
}
