import { isApiError, isTerminating } from "@ordinal/api";
import type { Client } from "@ordinal/client";
import type { Disk } from "../disk/disk.ts";
import { unlinkDurably } from "../disk/durable.ts";
import { readAbsent } from "./entries.ts";
import { emptyingOf, recordPath, trashOf } from "./layout.ts";
import { kindOfPath } from "./place.ts";
import type { TrashRecord } from "./record.ts";

/**
 * Removes the records of moves that are over: a put that was cut short before the rename (who deletes the volume repeats
 * it), and a restore whose volume object is there. Resolves with how many are still under way. Never runs beside a put or a
 * restore of this process; no other process does either.
 */
export async function settleTrash(disk: Disk, { base, client }: { base: string; client: Client }): Promise<number> {
  let underWay = 0;
  for (const { record } of await readAbsent(disk, base)) {
    if (await isUnderWay(record, client)) underWay += 1;
    else await unlinkDurably(disk, recordPath(base, record.entry));
  }
  return underWay;
}

/** Removes the drafts of records that were never finished. Only before the first put of a process. */
export async function removeDrafts(disk: Disk, base: string): Promise<void> {
  if ((await kindOfPath(disk, emptyingOf(base))) !== "directory") return;
  const drafts = (await disk.readdir(trashOf(base))).filter((name) => name.startsWith(".") && name.endsWith(".new"));
  for (const name of drafts) await unlinkDurably(disk, `${trashOf(base)}/${name}`);
}

/** A restore is over when its volume is there, or when nobody asks for it any more: then whoever undoes it keeps the bytes. */
async function isUnderWay({ restoring }: TrashRecord, client: Client): Promise<boolean> {
  if (restoring === undefined) return false;
  const { namespace, name, uid } = restoring.claim;
  const claim = await unlessMissing(client.get("persistentvolumeclaims", { namespace, name }));
  if (claim?.metadata.uid !== uid || isTerminating(claim)) return false;
  return (await unlessMissing(client.get("persistentvolumes", { name: restoring.volume }))) === undefined;
}

async function unlessMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isApiError(error, "NotFound")) return undefined;
    throw error;
  }
}
