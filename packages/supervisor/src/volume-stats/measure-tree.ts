import type { Stats } from "node:fs";
import { hasCode } from "@ordinal/runtime";
import { openDirectory, openRoot, type BytePath, type OpenDirectory } from "./open-directory.ts";
import { unpaced, type Pace } from "./pace.ts";

/** What a directory takes up with all that is in it, as `du` counts it. */
export interface TreeUsage {
  /** Of the blocks that are allocated: holes of sparse files count nothing. */
  readonly bytes: number;
  /** Files, directories, links and whatever else has an inode; several names of one count once. */
  readonly inodes: number;
  /** False when something could not be looked into: no permission, or deeper than 100 levels. */
  readonly isComplete: boolean;
}

export interface MeasureOptions {
  readonly signal?: AbortSignal;
  /** Keeps to a share of a core. Left out, it goes as fast as it can, without blocking anything. */
  readonly pace?: Pace;
}

/** Of a directory, and of directories of it that are open at the same time: two descriptors each. */
const entriesPerTurn = 64;
const deepestLevel = 100;
const bytesPerBlock = 512;

/**
 * Adds up a directory. Links are not followed, nor are other file systems entered, and what comes or goes meanwhile is
 * counted or not. Memory does not grow with the tree, except by a number for each inode that has further names outside of
 * what was seen. Fails with ENOENT or ENOTDIR when there is no such directory, and with the signal's reason.
 * Source: `pkg/volume/util/fs` DiskUsage.
 */
export async function measureTree(
  directory: string,
  { signal, pace = unpaced }: MeasureOptions = {},
): Promise<TreeUsage> {
  const tally = createTally();
  const turn = async <T>(work: () => Promise<T>): Promise<T> => {
    signal?.throwIfAborted();
    return await pace.turn(work, signal);
  };

  async function addAll(opened: OpenDirectory, level: number): Promise<void> {
    for (;;) {
      const entries = await turn(async () => await opened.read(entriesPerTurn));
      for (const entry of entries) if (entry.is === "other") tally.add(entry.stats);
      for (const entry of entries) if (entry.is === "directory") await addDirectory(entry.path, level + 1);
      if (entries.length < entriesPerTurn) return;
    }
  }

  async function addDirectory(path: BytePath, level: number): Promise<void> {
    const opened = await turn(async () => await openIfAllowed(path));
    if (opened === undefined) return;
    try {
      if (opened.stats.dev !== device) return;
      tally.add(opened.stats);
      if (level > deepestLevel) tally.miss();
      else await addAll(opened, level);
    } finally {
      await opened.close();
    }
  }

  async function openIfAllowed(path: BytePath): Promise<OpenDirectory | undefined> {
    try {
      return await openDirectory(path);
    } catch (error) {
      if (!hasCode(error, "EACCES", "EPERM")) throw error;
      tally.miss();
      return undefined;
    }
  }

  const root = await turn(async () => await openRoot(directory));
  const device = root.stats.dev;
  try {
    tally.add(root.stats);
    await addAll(root, 0);
  } finally {
    await root.close();
  }
  return tally.total();
}

function createTally() {
  const namesLeft = new Map<number, number>();
  let blocks = 0;
  let inodes = 0;
  let isComplete = true;

  /** Whether this is a further name of an inode that has been counted. */
  function isKnown({ ino, nlink }: Stats): boolean {
    const left = namesLeft.get(ino);
    if (left === undefined) namesLeft.set(ino, nlink - 1);
    else if (left > 1) namesLeft.set(ino, left - 1);
    else namesLeft.delete(ino);
    return left !== undefined;
  }

  return {
    add(stats: Stats): void {
      if (!stats.isDirectory() && stats.nlink > 1 && isKnown(stats)) return;
      blocks += stats.blocks;
      inodes += 1;
    },
    miss(): void {
      isComplete = false;
    },
    total: (): TreeUsage => ({ bytes: blocks * bytesPerBlock, inodes, isComplete }),
  };
}
