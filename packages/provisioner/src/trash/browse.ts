import { readKnownBases } from "../backend/known-bases.ts";
import { nodeDisk } from "../disk/disk.ts";
import { discard } from "./discard.ts";
import { removeEmptying } from "./empty.ts";
import { readTrashes, type TrashContent } from "./entries.ts";

/** What is in the trash of all bases known to this one, beside a daemon that runs or without one. Changes nothing. */
export async function lookIntoTrash(home: string): Promise<Pick<TrashContent, "entries" | "strays">> {
  return await readTrashes(nodeDisk, await readKnownBases(home, nodeDisk));
}

/**
 * Removes an entry for good, beside a daemon that runs or without one; false when it is not there any more. Cut short after
 * it has begun, the next start of the daemon ends it.
 */
export async function emptyEntry({ base, entry }: { readonly base: string; readonly entry: string }): Promise<boolean> {
  const name = await discard(nodeDisk, { base, entry });
  if (name === undefined) return false;
  await removeEmptying(nodeDisk, { base, name, signal: new AbortController().signal });
  return true;
}
