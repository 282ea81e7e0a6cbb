import { dirname, join } from "node:path";
import type { PersistentVolume } from "@ordinal/api";
import { hasCode, type Logger } from "@ordinal/runtime";
import type { VolumePlace } from "../backend/volume-backend.ts";
import type { Disk } from "../disk/disk.ts";
import { renameDurably, syncDirectory, unlinkDurably, writeDurably } from "../disk/durable.ts";
import { emptyingOf, entryPath, recordPath, trashOf } from "./layout.ts";
import { checkPlace, ensureTrash, kindOfPath } from "./place.ts";
import { entryName, recordOf, showRecord } from "./record.ts";

export interface PutOptions {
  readonly place: VolumePlace;
  readonly volume: PersistentVolume;
  /** 0: it is not kept. */
  readonly holdMs: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly log: Logger;
}

/** What has become of a volume's directory: an entry, or a name in `.emptying`, or there was nothing to keep. */
export type Kept =
  | { readonly is: "kept"; readonly expiresMs: number }
  | { readonly is: "emptying"; readonly name: string }
  | { readonly is: "nothing" };

/** Moves a volume's directory into the trash of its base. On disk when it resolves. */
export async function putInTrash(disk: Disk, options: PutOptions): Promise<Kept> {
  const { place, volume, holdMs, log } = options;
  const { base, path } = place;
  await checkPlace(disk, place);
  const kind = await kindOfPath(disk, path);
  if (kind === "missing" && (await kindOfPath(disk, trashOf(base))) === "missing")
    throw new Error(
      `neither ${path} nor ${trashOf(base)} is there: bring the volumes back, for example by mounting their disk; if they are really gone, make the directory ${trashOf(base)}`,
    );
  await ensureTrash(disk, base);
  if (kind === "other") throw new Error(`will not remove ${path}: it is not a directory; remove it by hand`);
  if (kind === "missing") return await settle(disk, place);
  if (kind === "link") {
    log.warn("where a volume's directory should be was a link; it is removed, and what it leads to stays", { path });
    await unlinkDurably(disk, path);
    return { is: "nothing" };
  }
  if (holdMs > 0) return await keep(disk, options);
  const name = `${entryName(volume)}-${crypto.randomUUID()}`;
  await moveDurably(disk, path, join(emptyingOf(base), name));
  return { is: "emptying", name };
}

/** Renames a volume's directory, and says what to do where that cannot be. */
async function moveDurably(disk: Disk, from: string, to: string): Promise<void> {
  try {
    await renameDurably(disk, from, to);
  } catch (error) {
    if (hasCode(error, "EXDEV"))
      throw new Error(`${from} cannot be moved to ${to}, because they are on different file systems`, { cause: error });
    if (hasCode(error, "EBUSY"))
      throw new Error(`${from} cannot be moved: something is mounted there; unmount it`, { cause: error });
    throw error;
  }
}

async function keep(disk: Disk, { place: { base, path }, volume, holdMs, now }: PutOptions): Promise<Kept> {
  const entry = await freeEntry(disk, { base, name: entryName(volume) });
  await writeDurably(disk, recordPath(base, entry), showRecord(recordOf(volume, { entry, path, now, holdMs })));
  await moveDurably(disk, path, entryPath(base, entry));
  return { is: "kept", expiresMs: now + holdMs };
}

/** An earlier attempt may have come as far as the rename; it has to be on disk before anybody relies on it. */
async function settle(disk: Disk, { base, path }: VolumePlace): Promise<Kept> {
  await syncDirectory(disk, trashOf(base));
  await syncDirectory(disk, emptyingOf(base));
  if ((await kindOfPath(disk, dirname(path))) === "directory") await syncDirectory(disk, dirname(path));
  return { is: "nothing" };
}

/** Nothing that is kept is ever replaced: what is there already keeps its name, and this one gets another. */
async function freeEntry(disk: Disk, { base, name }: { base: string; name: string }): Promise<string> {
  for (let number = 1; ; number += 1) {
    const entry = number === 1 ? name : `${name}-${number}`;
    if ((await kindOfPath(disk, entryPath(base, entry))) === "missing") return entry;
  }
}
