import { constants, type BigIntStats } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import type { HeldDirectory } from "../../disk/held-directory.ts";
import { setAttributes } from "./attributes.ts";
import { copyFile, type FileCopy } from "./copy-file.ts";
import { fingerprint, tickMs } from "./fingerprint.ts";
import type { TreeCopyOptions } from "./tree-copy.ts";
import { createTurns } from "./turns.ts";
import { unlessGone } from "./unless-gone.ts";

/** Something in a directory that is to get a copy of the same name in another. */
export interface Entry {
  readonly source: HeldDirectory;
  readonly target: HeldDirectory;
  readonly name: Buffer;
  /** What it was when it was listed. */
  readonly stats: BigIntStats;
}

interface Made {
  /** Of what was copied. */
  readonly print: string;
  readonly isCloned: boolean;
}

/** Makes copies of single things: files, links and pipes. */
export interface EntryMaker {
  /** Undefined when it is gone already, or has become something else. */
  make(entry: Entry): Promise<Made | undefined>;
  giveAttributes(path: Buffer, stats: BigIntStats): Promise<void>;
  /** Things whose owner could not be kept. */
  readonly ownersLost: number;
}

export function createEntryMaker(options: TreeCopyOptions): EntryMaker {
  const { disk, tools, clock, aside, mayClone, syncedMs, signal, onBytes } = options;
  /** Files of several names: inode to the fingerprint of what stands for it in `aside`. */
  const linked = new Map<string, string>();
  const turns = createTurns();
  let ownersLost = 0;

  async function make(entry: Entry): Promise<Made | undefined> {
    const { source, target, name, stats } = entry;
    if (stats.isFile()) return await makeFile(entry);
    if (!stats.isFIFO() && !stats.isSymbolicLink()) return undefined;
    const print = fingerprint(stats, clock.now());
    if (stats.isFIFO()) await tools.makePipe(target.at(name));
    else {
      const leadsTo = await unlessGone(async () => await disk.readlink(source.at(name), { encoding: "buffer" }));
      if (leadsTo === undefined) return undefined;
      await disk.symlink(leadsTo, target.at(name));
    }
    await giveAttributes(target.at(name), stats);
    return { print, isCloned: false };
  }

  async function makeFile({ source, target, name }: Entry): Promise<Made | undefined> {
    const file = await openIfFile(source.at(name));
    if (file === undefined) return undefined;
    try {
      const stats = await file.stat({ bigint: true });
      const print = fingerprint(stats, clock.now());
      const copied = { disk, source: file, sourcePath: source.at(name), target: target.at(name) };
      if (stats.nlink === 1n) return { print, isCloned: await copyWhole(copied, stats) };
      return await turns(String(stats.ino), async () => await makeLinked(copied, { stats, print }));
    } finally {
      await file.close();
    }
  }

  /** The copies of one file's names are one file, too. */
  async function makeLinked(copied: Copied, { stats, print }: { stats: BigIntStats; print: string }): Promise<Made> {
    const inode = String(stats.ino);
    if (linked.get(inode) === print) {
      await disk.link(asidePath(inode), copied.target);
      return { print, isCloned: false };
    }
    const isCloned = await copyWhole(copied, stats);
    await putAside(inode, { copy: copied.target, print });
    return { print, isCloned };
  }

  async function copyWhole(copied: Copied, stats: BigIntStats): Promise<boolean> {
    // What is written through a memory map changes the times of a file only when the page had been written back before.
    if (Number(stats.mtimeNs / 1_000_000n) > syncedMs - tickMs) await copied.source.sync();
    const isCloned = await copyFile({ ...copied, size: stats.size, mayClone, signal, onBytes });
    await giveAttributes(copied.target, stats);
    return isCloned;
  }

  /** One more name for the copy, which the other names of the file are made of. A path to the first one could be too long. */
  async function putAside(inode: string, { copy, print }: { copy: Buffer; print: string }): Promise<void> {
    if (linked.has(inode)) await disk.unlink(asidePath(inode));
    linked.delete(inode);
    await disk.link(copy, asidePath(inode));
    linked.set(inode, print);
  }

  function asidePath(inode: string): string {
    return `${aside}/${inode}`;
  }

  async function giveAttributes(path: Buffer, stats: BigIntStats): Promise<void> {
    if (!(await setAttributes(disk, path, stats))) ownersLost += 1;
  }

  /** Undefined when there is no plain file of that name any more. */
  async function openIfFile(path: Buffer): Promise<FileHandle | undefined> {
    const file = await unlessGone(async () => await disk.open(path, fileFlags));
    if (file === undefined || (await file.stat()).isFile()) return file;
    await file.close();
    return undefined;
  }

  return {
    make,
    giveAttributes,
    get ownersLost() {
      return ownersLost;
    },
  };
}

type Copied = Pick<FileCopy, "disk" | "source" | "sourcePath" | "target">;

/** Without waiting for a writer, should it have become a pipe. */
const fileFlags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
