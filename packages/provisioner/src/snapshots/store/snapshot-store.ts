import { join } from "node:path";
import { hasCode, type Clock } from "@ordinal/runtime";
import type { Disk } from "../../disk/disk.ts";
import { renameDurably, syncDirectory, writeDurably } from "../../disk/durable.ts";
import { removeTree } from "../../disk/remove-tree.ts";
import { createCloneSupport } from "../copy/clone-support.ts";
import { describeConsistency } from "../copy/consistency.ts";
import { copyVolume, type Progress, type VolumeCopy } from "../copy/copy-volume.ts";
import type { CopyTools } from "../copy/tools.ts";
import type { Freeze } from "../freeze/freeze.ts";
import { draftOf, manifestOf, pathOfSnapshot, removingOf, snapshotsOf, type SnapshotPlace } from "./layout.ts";
import { makeManifest, missingFrom, parseManifest, showManifest } from "./manifest.ts";
import type { SnapshotManifest, SnapshotSubject } from "./manifest.ts";

export interface SnapshotStoreOptions {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly tools: CopyTools;
}

/** A copy that is wanted. */
export interface CopyRequest {
  /** The directory to copy. */
  readonly from: string;
  readonly signal: AbortSignal;
  /** Stops all writes to the volume, where that can be done. */
  readonly freeze?: () => Promise<Freeze | undefined>;
  readonly onProgress?: (progress: Progress) => void;
}

/** The bytes of snapshots. Every call may be interrupted at any instruction and is then repeated, also by a later process. */
export interface SnapshotStore {
  /** Undefined when there is no snapshot. Throws when there is something that is none. */
  read(place: SnapshotPlace): Promise<SnapshotManifest | undefined>;
  /** Makes the snapshot, or finds it made. On disk when it resolves. */
  take(place: SnapshotPlace, wanted: CopyRequest & { readonly subject: SnapshotSubject }): Promise<SnapshotManifest>;
  /** Removes the snapshot and what an attempt to make it may have left; what is gone already is fine. */
  remove(place: SnapshotPlace): Promise<void>;
  /** Copies into `<draft>/data`; the draft is made anew, whatever was there. */
  copyInto(draft: string, wanted: CopyRequest): Promise<VolumeCopy>;
  /** Keeps the snapshot from being removed while `work` runs. */
  reading<T>(place: SnapshotPlace, work: () => Promise<T>): Promise<T>;
  /** Makes `.snapshots` below a base, for us alone. */
  ensure(base: string): Promise<void>;
}

export function createSnapshotStore({ disk, clock, tools }: SnapshotStoreOptions): SnapshotStore {
  const clones = createCloneSupport(disk);
  /** How many are reading each snapshot, by its path. */
  const readers = new Map<string, number>();

  async function read(place: SnapshotPlace): Promise<SnapshotManifest | undefined> {
    try {
      const manifest = parseManifest(await disk.readFile(manifestOf(place), "utf8"));
      if (manifest !== undefined) return manifest;
    } catch (error) {
      if (hasCode(error, "ENOENT") && !(await isThere(pathOfSnapshot(place)))) return undefined;
      if (!hasCode(error, "ENOENT", "ENOTDIR")) throw error;
    }
    throw new Error(`${pathOfSnapshot(place)} is no snapshot: it has no manifest.json that can be read; move it away`);
  }

  async function isThere(path: string): Promise<boolean> {
    try {
      await disk.lstat(path);
      return true;
    } catch (error) {
      if (!hasCode(error, "ENOENT", "ENOTDIR")) throw error;
      return false;
    }
  }

  async function ensure(base: string): Promise<void> {
    const path = snapshotsOf(base);
    try {
      await disk.mkdir(path, 0o700);
    } catch (error) {
      if (!hasCode(error, "EEXIST")) throw error;
      if (!(await disk.lstat(path)).isDirectory())
        throw new Error(`${path} is in the way: it must be a plain directory; move it away`, { cause: error });
      return;
    }
    await syncDirectory(disk, base);
  }

  async function copyInto(draft: string, wanted: CopyRequest): Promise<VolumeCopy> {
    await removeTree(disk, draft);
    await disk.mkdir(draft, 0o700);
    return await copyVolume({ ...wanted, disk, tools, clock, clones, draft });
  }

  async function take(
    place: SnapshotPlace,
    { subject, ...wanted }: CopyRequest & { readonly subject: SnapshotSubject },
  ): Promise<SnapshotManifest> {
    const made = await read(place);
    if (made !== undefined) {
      // Its name may not be on disk yet, when the one who made it was interrupted.
      await syncDirectory(disk, snapshotsOf(place.base));
      return made;
    }
    await ensure(place.base);
    const draft = draftOf(place);
    try {
      const copy = await copyInto(draft, wanted);
      const consistency = describeConsistency(copy.consistency);
      const manifest = makeManifest(subject, { takenMs: copy.takenMs, consistency, missing: missingFrom(copy) });
      await writeDurably(disk, join(draft, "manifest.json"), showManifest(manifest));
      await renameDurably(disk, draft, pathOfSnapshot(place));
      return manifest;
    } catch (error) {
      // A copy that failed must not take up room until it is tried again; a file system that refuses this, too, is swept later.
      await removeTree(disk, draft).catch(() => {});
      throw error;
    }
  }

  async function remove(place: SnapshotPlace): Promise<void> {
    if (!(await isThere(snapshotsOf(place.base)))) return;
    if ((readers.get(pathOfSnapshot(place)) ?? 0) > 0)
      throw new Error(`${pathOfSnapshot(place)} is being copied into a volume`);
    await removeTree(disk, draftOf(place));
    await removeTree(disk, removingOf(place));
    if (await isThere(pathOfSnapshot(place))) await renameDurably(disk, pathOfSnapshot(place), removingOf(place));
    await removeTree(disk, removingOf(place));
    await syncDirectory(disk, snapshotsOf(place.base));
  }

  async function reading<T>(place: SnapshotPlace, work: () => Promise<T>): Promise<T> {
    const path = pathOfSnapshot(place);
    readers.set(path, (readers.get(path) ?? 0) + 1);
    try {
      return await work();
    } finally {
      const left = (readers.get(path) ?? 1) - 1;
      if (left === 0) readers.delete(path);
      else readers.set(path, left);
    }
  }

  return { read, take, remove, copyInto, reading, ensure };
}
