import { dirname } from "node:path";
import { hasCode } from "@ordinal/runtime";
import type { Disk } from "./disk.ts";
import type { SyncDirectory } from "./shared-sync.ts";

/** Makes a directory and those above it that are missing; on disk when it resolves. A link to a directory is one. */
export async function ensureDirectory(
  path: string,
  means: { readonly disk: Disk; readonly sync: SyncDirectory },
): Promise<void> {
  const { disk, sync } = means;
  try {
    await disk.mkdir(path);
  } catch (error) {
    if (hasCode(error, "ENOENT") && dirname(path) !== path) {
      await ensureDirectory(dirname(path), means);
      await ensureDirectory(path, means);
      return;
    }
    if (!hasCode(error, "EEXIST")) throw error;
    // Which throws where it is something else.
    await disk.readdir(path);
    return;
  }
  await sync(path);
  await sync(dirname(path));
}
