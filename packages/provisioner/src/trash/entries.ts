import type { Result } from "@ordinal/api";
import { hasCode } from "@ordinal/runtime";
import type { Disk } from "../disk/disk.ts";
import { entryOfRecord, entryPath, recordPath, trashOf } from "./layout.ts";
import { kindOfPath } from "./place.ts";
import { isEntryName, parseRecord, type TrashRecord } from "./record.ts";

/** A volume that can be had back. */
export interface TrashEntry {
  readonly base: string;
  /** Where its directory is now. Absolute. */
  readonly path: string;
  readonly record: TrashRecord;
}

/** A directory in the trash of which nobody knows what it was. It stays until a person says otherwise. */
export interface Stray {
  readonly base: string;
  readonly entry: string;
  readonly path: string;
  readonly problem: string;
}

export interface TrashContent {
  /** The oldest first. */
  readonly entries: readonly TrashEntry[];
  readonly strays: readonly Stray[];
  /** Records whose directory is not here: a move has begun, or has been made. */
  readonly absent: readonly { readonly base: string; readonly record: TrashRecord }[];
}

/** What is in the trash of one base, or what `isWanted` of it by its name; of a base that has none, nothing. */
export async function readTrash(
  disk: Disk,
  base: string,
  isWanted: (entry: string) => boolean = () => true,
): Promise<TrashContent> {
  const entries: TrashEntry[] = [];
  const strays: Stray[] = [];
  const absent: { base: string; record: TrashRecord }[] = [];
  const { directories, records } = await listTrash(disk, base);
  for (const entry of new Set([...directories, ...records].filter(isWanted))) {
    const path = entryPath(base, entry);
    const record = await readRecord(disk, { base, entry });
    const isHere = (await kindOfPath(disk, path)) === "directory";
    if (!record.ok) {
      if (isHere) strays.push({ base, entry, path, problem: record.error });
    } else if (isHere) entries.push({ base, path, record: record.value });
    else absent.push({ base, record: record.value });
  }
  return { entries: entries.toSorted(byAge), strays, absent };
}

/** The records whose directory is not here, without looking at anything else. */
export async function readAbsent(disk: Disk, base: string): Promise<TrashContent["absent"]> {
  const { directories, records } = await listTrash(disk, base);
  const here = new Set(directories);
  const absent: { base: string; record: TrashRecord }[] = [];
  for (const entry of records.filter((each) => !here.has(each))) {
    const record = await readRecord(disk, { base, entry });
    if (record.ok) absent.push({ base, record: record.value });
  }
  return absent;
}

/** The names in a trash, by what they look like. */
async function listTrash(
  disk: Disk,
  base: string,
): Promise<{ readonly directories: readonly string[]; readonly records: readonly string[] }> {
  const names = await namesIn(disk, trashOf(base));
  const records = names.map(entryOfRecord).filter((entry) => entry !== undefined);
  return { directories: names.filter(isEntryName), records: records.filter(isEntryName) };
}

/** The trash of several bases as one. */
export async function readTrashes(
  disk: Disk,
  bases: readonly string[],
  isWanted?: (entry: string) => boolean,
): Promise<TrashContent> {
  const all = await Promise.all(bases.map(async (base) => await readTrash(disk, base, isWanted)));
  return {
    entries: all.flatMap(({ entries }) => entries).toSorted(byAge),
    strays: all.flatMap(({ strays }) => strays),
    absent: all.flatMap(({ absent }) => absent),
  };
}

function byAge(a: TrashEntry, b: TrashEntry): number {
  return Date.parse(a.record.deleted) - Date.parse(b.record.deleted);
}

async function readRecord(
  disk: Disk,
  { base, entry }: { base: string; entry: string },
): Promise<Result<TrashRecord, string>> {
  const path = recordPath(base, entry);
  try {
    const record = parseRecord(await disk.readFile(path, "utf8"), entry);
    return record.ok ? record : { ok: false, error: `its record ${path} ${record.error}` };
  } catch (error) {
    if (hasCode(error, "ENOENT")) return { ok: false, error: `its record ${path} is missing` };
    throw error;
  }
}

async function namesIn(disk: Disk, path: string): Promise<readonly string[]> {
  try {
    return await disk.readdir(path);
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR")) return [];
    throw error;
  }
}
