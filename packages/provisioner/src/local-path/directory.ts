import { dirname, join, relative } from "node:path";
import { hasCode } from "@ordinal/runtime";
import type { VolumePlace } from "../backend/volume-backend.ts";
import type { Disk } from "../disk/disk.ts";
import type { SyncDirectory } from "../disk/shared-sync.ts";

/** Who may do what with a volume's directory. */
export interface Access {
  readonly mode: number;
  readonly user?: number;
  readonly group?: number;
}

interface Means {
  readonly disk: Disk;
  readonly sync: SyncDirectory;
}

/** The longest name of a file that Linux knows, in bytes. */
export const longestName = 255;

/** The name local-path users know, `<volume>_<namespace>_<claim>`; its end is cut off where a file system knows no such long name. */
export function directoryName(volume: string, claim: { readonly namespace: string; readonly name: string }): string {
  return `${volume}_${claim.namespace}_${claim.name}`.slice(0, longestName);
}

/** Makes the directory and those between it and its base, which must be there. On disk when it resolves; one that is there already gets the access. */
export async function makeDirectory({ base, path }: VolumePlace, access: Access, { disk, sync }: Means): Promise<void> {
  let at = base;
  for (const step of relative(base, path).split("/")) {
    at = join(at, step);
    await makeOne(disk, at);
    if (at === path) await allow(disk, path, access);
    await sync(at);
    await sync(dirname(at));
  }
}

async function makeOne(disk: Disk, path: string): Promise<void> {
  try {
    await disk.mkdir(path, 0o755);
  } catch (error) {
    if (!hasCode(error, "EEXIST")) throw error;
    const found = await disk.lstat(path);
    if (!found.isDirectory())
      throw new Error(`${path} is in the way: a volume's directory must be a plain directory`, { cause: error });
  }
}

async function allow(disk: Disk, path: string, { mode, user, group }: Access): Promise<void> {
  if (user !== undefined || group !== undefined) {
    const found = await disk.lstat(path);
    await disk.chown(path, user ?? found.uid, group ?? found.gid);
  }
  // Not through the mode of mkdir, which the umask cuts; and after chown, which takes special bits away.
  await disk.chmod(path, mode);
}
