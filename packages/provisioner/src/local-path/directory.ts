import { join, relative } from "node:path";
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

/**
 * Makes the directory and those between it and its base, which must be there. On disk when it resolves. One that is there
 * already gets the access too; with none given, it stays as it is.
 */
export async function makeDirectory(
  place: VolumePlace,
  access: Access | undefined,
  { disk, sync }: Means,
): Promise<void> {
  for (const step of stepsTo(place)) await makeOne(disk, step);
  if (access !== undefined) await allow(disk, place.path, access);
  await syncWay(place, sync);
}

/** Resolves when the directory and its name in every directory from the base on are on disk. */
export async function syncWay(place: VolumePlace, sync: SyncDirectory): Promise<void> {
  await Promise.all([place.base, ...stepsTo(place)].map(sync));
}

/** From the one in the base to the volume's own. */
function stepsTo({ base, path }: VolumePlace): readonly string[] {
  const names = relative(base, path).split("/");
  return names.map((_, index) => join(base, ...names.slice(0, index + 1)));
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
