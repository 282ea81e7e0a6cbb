import { constants } from "node:fs";
import type { Disk } from "./disk.ts";
import { holdDirectory, type HeldDirectory } from "./held-directory.ts";

const fileFlags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Resolves when a directory and all it holds are on disk. For trees that nobody else changes. */
export async function syncTree(disk: Disk, path: string): Promise<void> {
  const directory = await holdDirectory(disk, path);
  try {
    await syncHeld(disk, directory);
  } finally {
    await directory.close();
  }
}

async function syncHeld(disk: Disk, directory: HeldDirectory): Promise<void> {
  for (const name of await directory.names()) {
    const stats = await disk.lstat(directory.at(name));
    if (stats.isFile()) await syncOne(disk, { path: directory.at(name), flags: fileFlags });
    if (!stats.isDirectory()) continue;
    const inside = await directory.enter(name);
    try {
      await syncHeld(disk, inside);
    } finally {
      await inside.close();
    }
  }
  // Last, so that the names are on disk when what they name is.
  await syncOne(disk, { path: directory.at(dot), flags: constants.O_RDONLY | constants.O_DIRECTORY });
}

async function syncOne(disk: Disk, { path, flags }: { readonly path: Buffer; readonly flags: number }): Promise<void> {
  const handle = await disk.open(path, flags);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

const dot = Buffer.from(".");
