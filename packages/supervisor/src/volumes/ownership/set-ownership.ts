import { constants, type Dir, type Stats } from "node:fs";
import { chmod, lchown, lstat, open, opendir, realpath, type FileHandle } from "node:fs/promises";
import { hasCode } from "@ordinal/runtime";
import { isRootOwned, planOwnership, type GroupWanted, type Owned } from "./plan-ownership.ts";

/** open(2): a descriptor that stands for a place, without opening what is there. */
const O_PATH = 0o10000000;
/** Files of one directory that are worked on at once: as many as there are threads for it. */
const entriesPerTurn = 32;
const deepestLevel = 1_000;

export interface OwnershipOptions extends GroupWanted {
  /** Leave everything as it is when the root of the volume is right already. */
  readonly onRootMismatch: boolean;
  /** Called now and then, with the number of files that were looked at. */
  readonly onProgress?: (files: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * Gives a volume to a group, file by file, the root last, so that a change that was cut short is begun again. Nothing is
 * reached through a link, and directories are held open, so that whoever writes to the volume meanwhile cannot lead it
 * elsewhere. What cannot be changed is counted. Names are bytes (`latin1`): nobody said that they were text.
 */
export async function setOwnership(
  volume: string,
  options: OwnershipOptions,
): Promise<{ readonly files: number; readonly failures: number }> {
  const { onRootMismatch, onProgress, signal } = options;
  const path = Buffer.from(await realpath(volume)).toString("latin1");
  const root = await lstat(bytesOf(path));
  if (onRootMismatch && isRootOwned(ownedOf(root), options)) return { files: 0, failures: 0 };
  const count = { files: 0, failures: 0 };

  async function change(at: string, stats: Stats): Promise<void> {
    const todo = planOwnership(ownedOf(stats), options);
    count.files += 1;
    try {
      if (todo.changesGroup === true) await lchown(bytesOf(at), -1, options.gid);
      if (todo.mode !== undefined) await changeMode(at, todo.mode);
    } catch (error) {
      // It is gone, or not ours to change, and upstream goes on too.
      if (!hasCode(error, "ENOENT", "ENOTDIR")) count.failures += 1;
    }
  }

  async function changeBelow(at: string, level: number): Promise<void> {
    const opened = level > deepestLevel ? undefined : await openDirectory(at);
    if (opened === undefined) return;
    const { handle, directory } = opened;
    try {
      for (;;) {
        const names = await readNames(directory);
        const paths = names.map((name) => `/proc/self/fd/${handle.fd}/${name}`);
        const found = await Promise.all(paths.map(async (each) => [each, await lstatIfPresent(each)] as const));
        const entries = found.flatMap(([each, stats]) => (stats === undefined ? [] : [{ at: each, stats }]));
        await Promise.all(
          entries.filter(({ stats }) => !stats.isDirectory()).map((each) => change(each.at, each.stats)),
        );
        // Directories one after the other: each of them keeps descriptors.
        for (const { at: below, stats } of entries) {
          if (!stats.isDirectory()) continue;
          if (stats.dev === root.dev) await changeBelow(below, level + 1);
          await change(below, stats);
        }
        onProgress?.(count.files);
        signal?.throwIfAborted();
        if (names.length < entriesPerTurn) return;
      }
    } finally {
      await directory.close();
      await handle.close();
    }
  }

  if (root.isDirectory()) await changeBelow(path, 0);
  await change(path, root);
  return count;
}

/** By a descriptor: chmod(2) itself would follow a link that has taken the name meanwhile. */
async function changeMode(path: string, mode: number): Promise<void> {
  const handle = await open(bytesOf(path), O_PATH | constants.O_NOFOLLOW);
  try {
    if (!(await handle.stat()).isSymbolicLink()) await chmod(`/proc/self/fd/${handle.fd}`, mode);
  } finally {
    await handle.close();
  }
}

/** Undefined when it is no directory any more. */
async function openDirectory(
  path: string,
): Promise<{ readonly handle: FileHandle; readonly directory: Dir } | undefined> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(bytesOf(path), constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
    return { handle, directory: await opendir(`/proc/self/fd/${handle.fd}`, { encoding: "latin1", bufferSize: 64 }) };
  } catch (error) {
    await handle?.close();
    if (hasCode(error, "ENOENT", "ENOTDIR", "ELOOP")) return undefined;
    throw error;
  }
}

async function readNames(directory: Dir): Promise<readonly string[]> {
  const names: string[] = [];
  while (names.length < entriesPerTurn) {
    const entry = await directory.read();
    if (entry === null) break;
    names.push(entry.name);
  }
  return names;
}

async function lstatIfPresent(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(bytesOf(path));
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR")) return undefined;
    throw error;
  }
}

function ownedOf(stats: Stats): Owned {
  const { gid, mode } = stats;
  return { gid, mode, isDirectory: stats.isDirectory(), isLink: stats.isSymbolicLink() };
}

function bytesOf(path: string): Buffer {
  return Buffer.from(path, "latin1");
}
