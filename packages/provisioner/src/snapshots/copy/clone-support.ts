import { constants } from "node:fs";
import { join } from "node:path";
import { hasCode } from "@ordinal/runtime";
import type { Disk } from "../../disk/disk.ts";

/** What a file system answers that has no clones of files, or not to this place. */
const refusals = ["ENOTSUP", "EOPNOTSUPP", "EXDEV", "ENOTTY", "ENOSYS", "EINVAL", "EPERM"];

export const cloneFlags: number = constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE_FORCE;

export function isNoClone(error: unknown): boolean {
  return hasCode(error, ...refusals);
}

/** Knows which file systems can make a copy of a file that shares its blocks until one of them is written to. */
export interface CloneSupport {
  /** Whether files of `from` can be cloned into `to`, two directories; `to` is ours alone. */
  canClone(from: string, to: string): Promise<boolean>;
}

export function createCloneSupport(disk: Disk): CloneSupport {
  /** By the device number: whether it can. */
  const known = new Map<bigint, boolean>();

  async function tryOut(directory: string): Promise<boolean> {
    const [probe, clone] = [join(directory, ".probe"), join(directory, ".probe-clone")];
    const handle = await disk.open(probe, "w", 0o600);
    await handle.close();
    try {
      await disk.copyFile(probe, clone, cloneFlags);
      await disk.unlink(clone);
      return true;
    } catch (error) {
      if (!isNoClone(error)) throw error;
      return false;
    } finally {
      await disk.unlink(probe);
    }
  }

  return {
    async canClone(from, to) {
      const [source, target] = await Promise.all([
        disk.lstat(from, { bigint: true }),
        disk.lstat(to, { bigint: true }),
      ]);
      // Clones between two subvolumes of one btrfs would work too, but then each file finds out for itself.
      if (source.dev !== target.dev) return false;
      const answer = known.get(target.dev) ?? (await tryOut(to));
      known.set(target.dev, answer);
      return answer;
    },
  };
}
