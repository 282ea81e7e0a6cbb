import { lookIntoTrash, type TrashEntry } from "@ordinal/provisioner";
import { hasCode } from "@ordinal/runtime";
import { measureTree } from "@ordinal/supervisor";
import type { DataDir } from "../data-dir.ts";
import { UsageError } from "../usage-error.ts";
import { describeEntry, type TrashLine } from "./trash-lines.ts";

/** The entries of the trash, the oldest first, of one namespace where it is given; and a sentence on each thing in it that is none. */
export async function readTrash(
  dir: DataDir,
  namespace?: string,
): Promise<{ readonly entries: readonly TrashEntry[]; readonly notes: readonly string[] }> {
  try {
    const { entries, strays } = await lookIntoTrash(dir.volumes);
    return {
      entries: namespace === undefined ? entries : entries.filter(({ record }) => record.claim.namespace === namespace),
      notes: strays.map(
        ({ path, problem }) => `${path} cannot be restored: ${problem}; look into it and remove it by hand`,
      ),
    };
  } catch (error) {
    if (hasCode(error, "EACCES", "EPERM"))
      throw new UsageError(
        `${error.path ?? dir.volumes} belongs to another user; run this as the user who started Ordinal`,
        {
          cause: error,
        },
      );
    throw error;
  }
}

/** With what each takes up, one after the other, because each is walked through. */
export async function measureEntries(entries: readonly TrashEntry[]): Promise<readonly TrashLine[]> {
  const lines: TrashLine[] = [];
  for (const entry of entries) lines.push(describeEntry(entry, await usedBytes(entry)));
  return lines;
}

async function usedBytes({ path }: TrashEntry): Promise<number | undefined> {
  try {
    return (await measureTree(path)).bytes;
  } catch (error) {
    // It has been restored or removed at this moment, or nobody may look into it.
    if (hasCode(error, "ENOENT", "ENOTDIR", "EACCES")) return undefined;
    throw error;
  }
}
