import { join } from "node:path";
import { hasCode } from "@ordinal/runtime";
import type { Disk } from "../../disk/disk.ts";
import { syncDirectory } from "../../disk/durable.ts";
import { removeTree } from "../../disk/remove-tree.ts";
import { leftoverOf, snapshotsOf, type Leftover } from "./layout.ts";

/** Removes what interrupted work has left below a base and nobody will go on with. Snapshots are never touched. */
export async function sweep(
  base: string,
  { disk, isNeeded }: { readonly disk: Disk; readonly isNeeded: (leftover: Leftover) => boolean },
): Promise<void> {
  const path = snapshotsOf(base);
  let entries: readonly string[];
  try {
    entries = await disk.readdir(path);
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR")) return;
    throw error;
  }
  const unneeded = entries.filter((entry) => {
    const leftover = leftoverOf(entry);
    return leftover !== undefined && !isNeeded(leftover);
  });
  for (const entry of unneeded) await removeTree(disk, join(path, entry));
  if (unneeded.length > 0) await syncDirectory(disk, path);
}
