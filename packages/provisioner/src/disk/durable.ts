import { basename, dirname, join } from "node:path";
import { hasCode } from "@ordinal/runtime";
import type { Disk } from "./disk.ts";

/** Resolves when the entries of the directory are on disk: what was made, renamed or removed in it stays so over a power cut. */
export async function syncDirectory(disk: Disk, path: string): Promise<void> {
  const handle = await disk.open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Renames, and resolves when the new name, and the absence of the old one, are on disk. */
export async function renameDurably(disk: Disk, from: string, to: string): Promise<void> {
  await disk.rename(from, to);
  await syncDirectory(disk, dirname(to));
  if (dirname(from) !== dirname(to)) await syncDirectory(disk, dirname(from));
}

/** Replaces the file as a whole: readers see the old bytes or the new ones, also after a power cut at any moment. Mode 0600. */
export async function writeDurably(disk: Disk, path: string, content: string): Promise<void> {
  const draft = join(dirname(path), `.${basename(path)}.new`);
  const handle = await disk.open(draft, "w", 0o600);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await renameDurably(disk, draft, path);
}

/** Removes the file, and resolves when that is on disk; one that is gone already is fine. */
export async function unlinkDurably(disk: Disk, path: string): Promise<void> {
  try {
    await disk.unlink(path);
  } catch (error) {
    if (!hasCode(error, "ENOENT")) throw error;
  }
  await syncDirectory(disk, dirname(path));
}
