import { hasCode } from "@ordinal/runtime";
import type { Disk } from "./disk.ts";
import { holdDirectory, type HeldDirectory } from "./held-directory.ts";

/**
 * Removes a directory with all it holds, whatever the names in it and however deep, never following a link out of it; what is
 * gone already is fine. May be interrupted and repeated.
 */
export async function removeTree(disk: Disk, path: string): Promise<void> {
  let directory: HeldDirectory;
  try {
    directory = await holdDirectory(disk, path);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return;
    if (!hasCode(error, "ENOTDIR", "ELOOP")) throw error;
    await disk.unlink(path);
    return;
  }
  try {
    await empty(disk, directory);
  } finally {
    await directory.close();
  }
  await disk.rmdir(path);
}

async function empty(disk: Disk, directory: HeldDirectory): Promise<void> {
  for (const name of await directory.names()) {
    try {
      await disk.unlink(directory.at(name));
    } catch (error) {
      if (hasCode(error, "ENOENT")) continue;
      if (!hasCode(error, "EISDIR", "EPERM")) throw error;
      await removeDirectory(disk, { directory, name, error });
    }
  }
}

interface Inside {
  readonly directory: HeldDirectory;
  readonly name: Buffer;
  /** Why it could not be removed as a file. */
  readonly error: unknown;
}

async function removeDirectory(disk: Disk, { directory, name, error }: Inside): Promise<void> {
  let inside: HeldDirectory;
  try {
    inside = await directory.enter(name);
  } catch (notEntered) {
    throw hasCode(notEntered, "ENOTDIR", "ELOOP") ? error : notEntered;
  }
  try {
    await empty(disk, inside);
  } finally {
    await inside.close();
  }
  await disk.rmdir(directory.at(name));
}
