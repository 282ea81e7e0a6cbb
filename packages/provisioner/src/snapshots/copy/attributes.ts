import type { BigIntStats } from "node:fs";
import { hasCode } from "@ordinal/runtime";
import type { Disk } from "../../disk/disk.ts";

/**
 * Gives a copy the owner, mode and times of what it is a copy of; links themselves, never what they lead to. Times are kept to
 * the microsecond. False when the owner could not be kept, because only root may give files away.
 */
export async function setAttributes(disk: Disk, path: Buffer, stats: BigIntStats): Promise<boolean> {
  const isOwnerKept = await giveTo(disk, path, stats);
  // After the owner, since a new owner takes the set-user-id bits away.
  if (!stats.isSymbolicLink()) await disk.chmod(path, Number(stats.mode & 0o7777n));
  await disk.lutimes(path, seconds(stats.atimeNs), seconds(stats.mtimeNs));
  return isOwnerKept;
}

async function giveTo(disk: Disk, path: Buffer, { uid, gid }: BigIntStats): Promise<boolean> {
  try {
    await disk.lchown(path, Number(uid), Number(gid));
    return true;
  } catch (error) {
    if (!hasCode(error, "EPERM", "EINVAL")) throw error;
    return false;
  }
}

/** In the middle of the microsecond, since what becomes of it is cut down to one. */
function seconds(ns: bigint): number {
  return (Number(ns / 1000n) + 0.5) / 1_000_000;
}
