import { join } from "node:path";
import { hasCode } from "@ordinal/runtime";
import type { Disk } from "../disk/disk.ts";
import { renameDurably, unlinkDurably } from "../disk/durable.ts";
import { emptyingOf, entryPath, recordPath } from "./layout.ts";
import { ensureTrash } from "./place.ts";

/**
 * Gives up an entry: from here nobody can have it back. The rename decides between this, also in another process, and a
 * restore. Resolves with the name in `.emptying` to be removed, or undefined when the entry is not there any more.
 */
export async function discard(
  disk: Disk,
  { base, entry }: { readonly base: string; readonly entry: string },
): Promise<string | undefined> {
  await ensureTrash(disk, base);
  const name = `${entry}-${crypto.randomUUID()}`;
  try {
    await renameDurably(disk, entryPath(base, entry), join(emptyingOf(base), name));
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
  await unlinkDurably(disk, recordPath(base, entry));
  return name;
}
