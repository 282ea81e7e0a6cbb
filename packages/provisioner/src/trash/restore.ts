import { dirname } from "node:path";
import { hasCode } from "@ordinal/runtime";
import type { PersistentVolumeClaim, Result } from "@ordinal/api";
import type { VolumePlan, VolumeRequest } from "../backend/volume-backend.ts";
import type { Disk } from "../disk/disk.ts";
import { renameDurably, syncDirectory, unlinkDurably, writeDurably } from "../disk/durable.ts";
import { chooseEntry, mayBeAsked, restoreRefusal } from "./choose.ts";
import { readAbsent, readTrashes, type TrashContent, type TrashEntry } from "./entries.ts";
import { entryPath, recordPath } from "./layout.ts";
import { checkPlace, kindOfPath, makeParents } from "./place.ts";
import { showRecord, type Restoring, type TrashRecord } from "./record.ts";

/**
 * Moves what a claim asks for to where its new volume is to be. The record says so before, and goes on saying so until the
 * volume object is there (see `settle.ts`), so that a repeated attempt finds its own work and never takes a second entry.
 */
export async function restoreEntry(
  disk: Disk,
  { bases, plan, request }: { bases: readonly string[]; plan: VolumePlan; request: VolumeRequest },
): Promise<Result<TrashEntry, string>> {
  const { namespace = "", name, uid } = request.claim.metadata;
  const restoring = { claim: { namespace, name, uid }, volume: plan.volume.metadata.name ?? "", path: plan.path };
  const absent = await Promise.all(bases.map(async (base) => await readAbsent(disk, base)));
  const earlier = await moved(disk, absent.flat(), restoring);
  if (earlier !== undefined) return { ok: true, value: earlier };
  const chosen = await choose(disk, bases, request.claim);
  if (!chosen.ok) return chosen;
  const entry = chosen.value;
  const refusal =
    restoreRefusal(request.claim, { entry, provisioner: request.storageClass.provisioner }) ??
    (await clearWay(disk, plan));
  if (refusal !== undefined) return { ok: false, error: refusal };
  return await move(disk, entry, restoring);
}

/** Reads what may be meant, and all of it only to say what else there is. */
async function choose(
  disk: Disk,
  bases: readonly string[],
  claim: PersistentVolumeClaim,
): Promise<Result<TrashEntry, string>> {
  const { entries } = await readTrashes(disk, bases, (entry) => mayBeAsked(claim, entry));
  const chosen = chooseEntry(claim, entries);
  return chosen.ok ? chosen : chooseEntry(claim, (await readTrashes(disk, bases)).entries);
}

/** What an earlier attempt for the same volume has moved already; that is on disk when this resolves. */
async function moved(
  disk: Disk,
  absent: TrashContent["absent"],
  restoring: Restoring,
): Promise<TrashEntry | undefined> {
  const own = absent.find(({ record }) => isSame(record.restoring, restoring));
  if (own === undefined || (await kindOfPath(disk, restoring.path)) !== "directory") return undefined;
  const path = entryPath(own.base, own.record.entry);
  await syncDirectory(disk, dirname(restoring.path));
  await syncDirectory(disk, dirname(path));
  return { ...own, path };
}

function isSame(one: TrashRecord["restoring"], other: Restoring): boolean {
  return one?.claim.uid === other.claim.uid && one.volume === other.volume && one.path === other.path;
}

/** Makes the way free for a rename to the volume's directory, or says what is in it. */
async function clearWay(disk: Disk, plan: VolumePlan): Promise<string | undefined> {
  await checkPlace(disk, plan);
  await makeParents(disk, plan);
  const kind = await kindOfPath(disk, plan.path);
  if (kind === "missing") return undefined;
  const inTheWay = `${plan.path} is in the way: the volume is to be moved there from the trash; move it away`;
  if (kind !== "directory") return inTheWay;
  try {
    await disk.rmdir(plan.path);
    return undefined;
  } catch (error) {
    if (hasCode(error, "ENOTEMPTY", "EEXIST", "EBUSY")) return inTheWay;
    throw error;
  }
}

async function move(disk: Disk, entry: TrashEntry, restoring: Restoring): Promise<Result<TrashEntry, string>> {
  const { base, record, path } = entry;
  await writeDurably(disk, recordPath(base, record.entry), showRecord({ ...record, restoring }));
  try {
    await renameDurably(disk, path, restoring.path);
    return { ok: true, value: entry };
  } catch (error) {
    if (hasCode(error, "EXDEV")) return { ok: false, error: otherFileSystem(entry, restoring.path) };
    if (!hasCode(error, "ENOENT") || (await kindOfPath(disk, path)) !== "missing") throw error;
    // Another process has given it up meanwhile, and with it the record that was just written again.
    await unlinkDurably(disk, recordPath(base, record.entry));
    return { ok: false, error: `trash entry ${record.entry} is gone: it was removed at this moment` };
  }
}

function otherFileSystem({ base, record, path }: TrashEntry, to: string): string {
  return `trash entry ${record.entry} is on another file system than ${to}: use a class whose volumes are below ${base}, or copy ${path} by hand`;
}
