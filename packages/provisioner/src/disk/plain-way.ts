import { dirname, join, relative } from "node:path";
import { hasCode } from "@ordinal/runtime";
import type { Disk } from "./disk.ts";
import type { SyncDirectory } from "./shared-sync.ts";

interface Place {
  readonly base: string;
  readonly path: string;
}

/**
 * Whether a directory is there, having looked at every step from its base on: throws where one is a link or a file, so that
 * nothing is done outside the base, and where the base itself is missing, since then nobody knows what was in it.
 */
export async function checkWay(disk: Disk, { base, path }: Place): Promise<"there" | "missing"> {
  const steps = relative(base, path).split("/");
  // Most ways have one step: it is looked at together with the base, whose problem is told first.
  const first = look(disk, join(base, steps[0] ?? ""));
  first.catch(() => {});
  await checkBase(disk, base);
  let at = base;
  for (const [index, step] of steps.entries()) {
    at = join(at, step);
    const found = await (index === 0 ? first : look(disk, at));
    if (found === undefined) return "missing";
    if (!found.isDirectory())
      throw new Error(`${at} is in the way: it is not a plain directory, and links are not followed; move it away`);
  }
  return "there";
}

/** Throws unless the base is a directory; a link to one is fine, because whoever set up the machine made it. */
async function checkBase(disk: Disk, base: string): Promise<void> {
  try {
    // Its own entry: that of the directory behind a link, and of nothing else.
    await disk.lstat(`${base}/.`);
  } catch (error) {
    if (!hasCode(error, "ENOENT", "ENOTDIR")) throw error;
    const problem = hasCode(error, "ENOENT")
      ? "is gone: bring it back, for example by mounting its disk"
      : "is not a directory: move away what is there";
    throw new Error(`${base}, the directory of the volumes, ${problem}`, { cause: error });
  }
}

/** Removes the directories between a volume's and its base that have become empty. Resolves when that is on disk. */
export async function removeEmptyParents(
  { base, path }: Place,
  { disk, sync }: { disk: Disk; sync: SyncDirectory },
): Promise<void> {
  for (let at = dirname(path); at !== base; at = dirname(at)) {
    try {
      await disk.rmdir(at);
    } catch (error) {
      if (hasCode(error, "ENOTEMPTY", "EEXIST")) return;
      if (!hasCode(error, "ENOENT")) throw error;
    }
    await sync(dirname(at)).catch((error: unknown) => {
      // The one above may have been removed just so, by the same work for another volume.
      if (!hasCode(error, "ENOENT")) throw error;
    });
  }
}

async function look(disk: Disk, path: string) {
  try {
    return await disk.lstat(path);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}
