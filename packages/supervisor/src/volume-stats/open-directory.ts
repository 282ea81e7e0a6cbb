import { constants, type Dir, type Stats } from "node:fs";
import { lstat, open, opendir } from "node:fs/promises";
import { hasCode } from "@ordinal/runtime";

/**
 * A path with one character per byte (`latin1`), because whoever writes into a volume may name files with bytes that are no
 * text.
 */
export type BytePath = string;

/** What stands in a directory: of a directory the path alone, because opening it tells the rest. */
type Entry =
  | { readonly is: "directory"; readonly path: BytePath }
  | { readonly is: "other"; readonly stats: Stats }
  | { readonly is: "gone" };

/** A directory held open: what is read of it stays the same directory, whatever takes its name meanwhile. */
export interface OpenDirectory {
  readonly stats: Stats;
  /** The next entries, up to this many; none at the end. */
  read(count: number): Promise<readonly Entry[]>;
  close(): Promise<void>;
}

/** Follows no link. Undefined when no directory has this name any more. */
export async function openDirectory(path: BytePath): Promise<OpenDirectory | undefined> {
  try {
    return await openWith(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR", "ELOOP")) return undefined;
    throw error;
  }
}

/** Follows links that lead to it, as mounting does. Fails with ENOENT or ENOTDIR when it is no directory. */
export async function openRoot(path: string): Promise<OpenDirectory> {
  return await openWith(Buffer.from(path).toString("latin1"), constants.O_RDONLY | constants.O_DIRECTORY);
}

/** What stands there, links not followed. */
async function lookAt(path: BytePath): Promise<Entry> {
  try {
    const stats = await lstat(bytesOf(path));
    return stats.isDirectory() ? { is: "directory", path } : { is: "other", stats };
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR")) return { is: "gone" };
    throw error;
  }
}

async function openWith(path: BytePath, flags: number): Promise<OpenDirectory> {
  const handle = await open(bytesOf(path), flags);
  let directory: Dir | undefined;
  try {
    const stats = await handle.stat();
    // Names below the handle lead to what was opened; elsewhere than on Linux they lead to whatever has the name by then.
    const base = process.platform === "linux" ? `/proc/self/fd/${handle.fd}` : path;
    const reading = (directory = await opendir(bytesOf(base), { encoding: "latin1", bufferSize: 64 }));
    return {
      stats,
      read: async (count) => await readSome(reading, { count, base }),
      async close() {
        await reading.close();
        await handle.close();
      },
    };
  } catch (error) {
    await directory?.close();
    await handle.close();
    throw error;
  }
}

async function readSome(
  directory: Dir,
  { count, base }: { readonly count: number; readonly base: BytePath },
): Promise<readonly Entry[]> {
  const entries: Promise<Entry>[] = [];
  while (entries.length < count) {
    const entry = await directory.read();
    if (entry === null) break;
    const path = `${base}/${entry.name}`;
    entries.push(entry.isDirectory() ? Promise.resolve({ is: "directory", path }) : lookAt(path));
  }
  return await Promise.all(entries);
}

function bytesOf(path: BytePath): Buffer {
  return Buffer.from(path, "latin1");
}
