import type { BigIntStats } from "node:fs";
import type { Clock } from "@ordinal/runtime";
import type { Disk } from "../../disk/disk.ts";
import { holdDirectory, type HeldDirectory } from "../../disk/held-directory.ts";
import { removeTree } from "../../disk/remove-tree.ts";
import { eachLimited } from "./each-limited.ts";
import { createEntryMaker, type Entry } from "./entry-maker.ts";
import { fingerprint } from "./fingerprint.ts";
import type { CopyTools } from "./tools.ts";
import { unlessGone } from "./unless-gone.ts";

export interface TreeCopyOptions {
  readonly disk: Disk;
  readonly tools: CopyTools;
  readonly clock: Clock;
  /** The directory to copy. Others may change it meanwhile. */
  readonly from: string;
  /** The copy: a directory that is there, and ours alone. */
  readonly to: string;
  /** A directory beside the copy for what it needs meanwhile; there, empty, and ours alone. */
  readonly aside: string;
  readonly mayClone: boolean;
  /** Everything that was written to before this time, in milliseconds, has reached the file system. */
  readonly syncedMs: number;
  readonly signal: AbortSignal;
  readonly onBytes: (bytes: number) => void;
}

/** What has been left out of a copy because a copy of it would be of no use. */
export interface LeftOut {
  sockets: number;
  devices: number;
  /** Directories that belong to another file system, copied as empty ones. */
  mounts: number;
}

/** What one round over the tree found different from the copy. */
export interface Round {
  readonly changed: number;
  /** The path, if exactly one file was changed or made. */
  readonly only?: string;
  /** That file is in the copy as it was at one instant. */
  readonly isCloned?: boolean;
}

export interface TreeCopy {
  /** Copies what is not in the copy as it is now, and takes out of the copy what is gone. */
  copy(): Promise<Round>;
  /** Only looks for differences. */
  compare(): Promise<Round>;
  readonly leftOut: Readonly<LeftOut>;
  /** Things whose owner could not be kept. */
  readonly ownersLost: number;
}

const filesAtOnce = 8;

interface Pair {
  readonly source: HeldDirectory;
  readonly target: HeldDirectory;
  /** Path below the root, as latin1, which keeps every byte. */
  readonly path: string;
}

type PathEntry = Entry & Pair;

/** A copy of a directory tree that can be brought up to date until nothing changes any more. */
export function createTreeCopy(options: TreeCopyOptions): TreeCopy {
  const { disk, clock, from, to, aside, signal } = options;
  /** What is in the copy: path to fingerprint. */
  const known = new Map<string, string>();
  const maker = createEntryMaker(options);
  const leftOut: LeftOut = { sockets: 0, devices: 0, mounts: 0 };
  let rootDevice = 0n;
  let changes: { path: string; isCloned: boolean }[] = [];

  async function round(mode: "copy" | "compare"): Promise<Round> {
    changes = [];
    Object.assign(leftOut, { sockets: 0, devices: 0, mounts: 0 });
    const source = await holdDirectory(disk, from);
    try {
      const target = await holdDirectory(disk, to);
      try {
        const stats = await disk.lstat(source.at(dot), { bigint: true });
        rootDevice = stats.dev;
        await walk({ source, target, path: "" }, mode);
        if (mode === "copy") await maker.giveAttributes(target.at(dot), stats);
      } finally {
        await target.close();
      }
    } finally {
      await source.close();
    }
    const [only, second] = changes;
    if (only === undefined || second !== undefined) return { changed: changes.length };
    return { changed: 1, only: only.path, isCloned: only.isCloned };
  }

  async function walk(pair: Pair, mode: "copy" | "compare"): Promise<void> {
    signal.throwIfAborted();
    const names = await pair.source.names();
    const directories: PathEntry[] = [];
    await removeAllBut(names, pair, mode);
    await eachLimited(names, {
      limit: filesAtOnce,
      async work(name) {
        signal.throwIfAborted();
        const stats = await statsOf(pair.source.at(name));
        if (stats === undefined) return;
        const entry = { ...pair, name, stats, path: `${pair.path}/${name.toString("latin1")}` };
        if (stats.isDirectory()) directories.push(entry);
        else if (known.get(entry.path) !== fingerprint(stats, clock.now()))
          await naming(entry.path, async () => await bring(entry, mode));
      },
    });
    for (const entry of directories) await naming(entry.path, async () => await walkInto(entry, mode));
  }

  /** Errors say which file of the volume they are about, not by which descriptor it was reached. */
  async function naming(path: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (signal.aborted || error instanceof CopyError) throw error;
      throw new CopyError(`cannot copy ${JSON.stringify(Buffer.from(path.slice(1), "latin1").toString())}`, {
        cause: error,
      });
    }
  }

  async function walkInto(entry: PathEntry, mode: "copy" | "compare"): Promise<void> {
    const { source, target, name, stats, path } = entry;
    const isKnown = known.get(path) === fingerprint(stats, clock.now());
    if (!isKnown && !(await bringDirectory(entry, mode))) return;
    // It may have been made one that even its owner cannot write to.
    if (isKnown && mode === "copy") await disk.chmod(target.at(name), 0o700);
    if (stats.dev !== rootDevice) {
      leftOut.mounts += 1;
      return;
    }
    const inner = await unlessGone(async () => await source.enter(name));
    if (inner === undefined) return;
    try {
      const copied = await target.enter(name);
      try {
        await walk({ source: inner, target: copied, path }, mode);
      } finally {
        await copied.close();
      }
    } finally {
      await inner.close();
    }
    // At last, because what is done in a directory changes its times.
    if (mode === "copy") await maker.giveAttributes(target.at(name), stats);
  }

  /** Whether to go on into it. */
  async function bringDirectory({ target, name, stats, path }: PathEntry, mode: "copy" | "compare"): Promise<boolean> {
    changes.push({ path, isCloned: false });
    if (mode === "compare") return false;
    if (known.get(path)?.startsWith("d:") !== true) {
      await removeFrom(target, { name, path });
      await disk.mkdir(target.at(name), 0o700);
    }
    known.set(path, fingerprint(stats, clock.now()));
    return true;
  }

  async function bring(entry: PathEntry, mode: "copy" | "compare"): Promise<void> {
    const { target, name, stats, path } = entry;
    if (stats.isSocket() || stats.isBlockDevice() || stats.isCharacterDevice()) {
      leftOut[stats.isSocket() ? "sockets" : "devices"] += 1;
      if (!known.has(path)) return;
    }
    if (mode === "compare") {
      changes.push({ path, isCloned: false });
      return;
    }
    await removeFrom(target, { name, path });
    const made = await maker.make(entry);
    changes.push({ path, isCloned: made?.isCloned === true });
    if (made !== undefined) known.set(path, made.print);
  }

  async function removeAllBut(names: readonly Buffer[], { source, target, path }: Pair, mode: "copy" | "compare") {
    const present = new Set(names.map((name) => name.toString("latin1")));
    for (const name of await target.names()) {
      const text = name.toString("latin1");
      if (present.has(text)) continue;
      const gone = `${path}/${text}`;
      // A listing may miss what is being renamed; such a name comes back in the next round.
      if (mode === "copy" && (await statsOf(source.at(name))) !== undefined) continue;
      changes.push({ path: gone, isCloned: false });
      if (mode === "copy") await removeFrom(target, { name, path: gone });
    }
  }

  async function removeFrom(target: HeldDirectory, { name, path }: { name: Buffer; path: string }): Promise<void> {
    const before = known.get(path);
    if (before === undefined) return;
    known.delete(path);
    if (!before.startsWith("d:")) {
      await disk.unlink(target.at(name));
      return;
    }
    for (const key of known.keys()) if (key.startsWith(`${path}/`)) known.delete(key);
    const moved = `${aside}/removed-${crypto.randomUUID()}`;
    await disk.rename(target.at(name), moved);
    await removeTree(disk, moved);
  }

  async function statsOf(path: Buffer): Promise<BigIntStats | undefined> {
    return await unlessGone(async () => await disk.lstat(path, { bigint: true }));
  }

  return {
    copy: async () => await round("copy"),
    compare: async () => await round("compare"),
    leftOut,
    get ownersLost() {
      return maker.ownersLost;
    },
  };
}

/** Says which file of a volume could not be copied. */
class CopyError extends Error {
  override readonly name = "CopyError";
}

const dot = Buffer.from(".");
