import type { Disk } from "../../disk/disk.ts";
import { holdDirectory, type HeldDirectory } from "../../disk/held-directory.ts";
import { unlessGone } from "./unless-gone.ts";

/** How much there is in a tree. */
export interface Extent {
  /** Bytes on disk, without holes. */
  bytes: number;
  /** Entries of every kind. */
  entries: number;
}

export interface MeasureOptions {
  readonly signal: AbortSignal;
  /** Stops when so many entries have been seen. */
  readonly mostEntries: number;
}

/** Looks how much there is to copy. Others may change the tree meanwhile. */
export async function measure(disk: Disk, path: string, options: MeasureOptions): Promise<Extent> {
  const extent = { bytes: 0, entries: 0 };
  const directory = await holdDirectory(disk, path);
  try {
    await add(disk, directory, { ...options, extent });
  } finally {
    await directory.close();
  }
  return extent;
}

async function add(
  disk: Disk,
  directory: HeldDirectory,
  options: MeasureOptions & { readonly extent: Extent },
): Promise<void> {
  const { extent, mostEntries, signal } = options;
  for (const name of await directory.names()) {
    signal.throwIfAborted();
    if (extent.entries >= mostEntries) return;
    extent.entries += 1;
    const stats = await unlessGone(async () => await disk.lstat(directory.at(name)));
    if (stats?.isFile() === true) extent.bytes += Math.min(stats.size, stats.blocks * 512) / stats.nlink;
    const inside =
      stats?.isDirectory() === true ? await unlessGone(async () => await directory.enter(name)) : undefined;
    if (inside === undefined) continue;
    try {
      await add(disk, inside, options);
    } finally {
      await inside.close();
    }
  }
}
