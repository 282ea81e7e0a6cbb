import type { Logger } from "@ordinal/runtime";
import type { Disk } from "../disk/disk.ts";
import type { TrashEntry } from "./entries.ts";
import { readTrashes } from "./entries.ts";
import { roomAt, type Room } from "./free-space.ts";

export interface Relief {
  /** What was removed, the oldest first. */
  readonly removed: readonly TrashEntry[];
  readonly room: Room;
  readonly isEnough: boolean;
}

export interface ReliefOptions {
  readonly disk: Disk;
  /** The base whose file system needs room. */
  readonly base: string;
  readonly bases: readonly string[];
  readonly isEnough: (room: Room) => boolean;
  /** Entries that claims wait for stay. */
  readonly awaited: (entries: readonly TrashEntry[]) => Promise<ReadonlySet<string>>;
  /** Removes an entry for good; false when it is not there any more. Resolves when its bytes are free. */
  readonly remove: (entry: TrashEntry) => Promise<boolean>;
  readonly log: Logger;
}

/** Removes entries on the file system of a base, oldest first, until there is room enough or nothing left to remove. */
export async function relieve(options: ReliefOptions): Promise<Relief> {
  const { disk, base, bases, isEnough, awaited, remove, log } = options;
  const removed: TrashEntry[] = [];
  let room = await roomAt(disk, base);
  if (isEnough(room)) return { removed, room, isEnough: true };
  const { entries } = await readTrashes(disk, await onSameDevice(disk, { base, bases, log }));
  const kept = await awaited(entries);
  for (const entry of entries.filter(({ record }) => !kept.has(record.entry))) {
    if (await remove(entry)) removed.push(entry);
    room = await roomAt(disk, base);
    if (isEnough(room)) return { removed, room, isEnough: true };
  }
  return { removed, room, isEnough: false };
}

async function onSameDevice(
  disk: Disk,
  { base, bases, log }: { base: string; bases: readonly string[]; log: Logger },
): Promise<readonly string[]> {
  const { dev } = await disk.lstat(base);
  const found: string[] = [];
  for (const each of bases) {
    try {
      if ((await disk.lstat(each)).dev === dev) found.push(each);
    } catch (error) {
      log.debug("a base of volumes is not there now", { base: each, error });
    }
  }
  return found;
}
