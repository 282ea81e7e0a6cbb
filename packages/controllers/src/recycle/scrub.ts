import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { open, opendir, readlink, rename, rmdir, unlink, type FileHandle } from "node:fs/promises";
import { hasCode } from "@ordinal/runtime";

const asDirectory = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
/** Names are bytes, and not all of them are UTF-8; Node's types know of no entries with such names. */
const asBytes = { encoding: "buffer" as BufferEncoding };
/** Each level that is open at once costs a file descriptor; what lies deeper is moved up first. */
const deepest = 64;
/** A directory that is never found empty is being written to. */
const passesAtMost = 100;

interface Scrubbing {
  readonly root: FileHandle;
  readonly device: number;
  readonly signal: AbortSignal;
}

/**
 * Removes everything in a directory, and leaves the directory; on disk when it resolves. Every step is taken from an open
 * directory, so that nothing outside is reached, whatever symlinks there are and whoever swaps them meanwhile. Refuses a
 * path that leads over a symlink, and what is mounted inside. Can be interrupted anywhere and repeated. Needs `/proc`.
 */
export async function scrub(path: string, signal: AbortSignal): Promise<void> {
  const root = await open(path, asDirectory);
  try {
    const real = await readlink(pathOf(root));
    if (real !== path) throw new Error(`${path} leads to ${real}: a volume's path must not contain symlinks`);
    await empty(root, { root, device: (await root.stat()).dev, signal });
    await root.sync();
  } finally {
    await root.close();
  }
}

/** Again and again until nothing is found, because a directory that is read while it changes may leave something out. */
async function empty(root: FileHandle, within: Scrubbing): Promise<void> {
  for (let pass = 0; pass < passesAtMost; pass += 1) {
    if ((await emptyOnce(root, { within, depth: 0 })) === 0) return;
  }
  throw new Error(`${await readlink(pathOf(root))} is being written to: it is never empty`);
}

interface Place {
  readonly within: Scrubbing;
  readonly depth: number;
}

/** Removes what is in a directory now, and says how much that was. What comes meanwhile may be left. */
async function emptyOnce(directory: FileHandle, place: Place): Promise<number> {
  let found = 0;
  for await (const entry of await opendir(pathOf(directory), asBytes)) {
    place.within.signal.throwIfAborted();
    found += 1;
    const child = childOf(directory, entry.name);
    if (entry.isDirectory()) await removeDirectory(child, place);
    else await removeFile(child);
  }
  return found;
}

/** One that has become a directory since is met again in the next pass. */
async function removeFile(child: Buffer): Promise<void> {
  try {
    await unlink(child);
  } catch (error) {
    if (!hasCode(error, "ENOENT", "EISDIR")) throw error;
  }
}

async function removeDirectory(child: Buffer, { within, depth }: Place): Promise<void> {
  if (depth >= deepest) {
    await rename(child, childOf(within.root, `.recycle-${randomUUID()}`));
    return;
  }
  const directory = await openIfDirectory(child);
  if (directory === undefined) {
    await removeFile(child);
    return;
  }
  try {
    if ((await directory.stat()).dev !== within.device) {
      throw new Error(`${await readlink(pathOf(directory))} is a mount point: unmount it first`);
    }
    await emptyOnce(directory, { within, depth: depth + 1 });
  } finally {
    await directory.close();
  }
  await removeIfEmpty(child);
}

/** One that is not empty, or no directory any more, is met again in the next pass. */
async function removeIfEmpty(child: Buffer): Promise<void> {
  try {
    await rmdir(child);
  } catch (error) {
    if (!hasCode(error, "ENOENT", "ENOTEMPTY", "ENOTDIR")) throw error;
  }
}

/** Undefined when something else stands there by now: the next pass meets it. */
async function openIfDirectory(path: Buffer): Promise<FileHandle | undefined> {
  try {
    return await open(path, asDirectory);
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR", "ELOOP")) return undefined;
    throw error;
  }
}

function pathOf(handle: FileHandle): string {
  return `/proc/self/fd/${handle.fd}`;
}

function childOf(directory: FileHandle, name: string | Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${pathOf(directory)}/`), Buffer.from(name)]);
}
