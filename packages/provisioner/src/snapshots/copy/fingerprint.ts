import type { BigIntStats } from "node:fs";

/** Longest time two changes of a file may lie apart without a difference in its times, in milliseconds: a tick of the coarsest kernel clock, doubled. */
export const tickMs = 20;

/**
 * What tells one state of a file from another without reading it. Two readings are equal only when nothing was changed
 * between them; a file that was changed within a tick before `nowMs` gets one that equals no other, because a change just
 * after would not show.
 */
export function fingerprint(stats: BigIntStats, nowMs: number): string {
  const { ino, mode, uid, gid, size, mtimeNs, ctimeNs, rdev } = stats;
  if (stats.isDirectory()) return ["d", ino, mode, uid, gid].join(":");
  const isFresh = Number(ctimeNs / 1_000_000n) > nowMs - tickMs;
  return [ino, mode, uid, gid, size, mtimeNs, ctimeNs, rdev, ...(isFresh ? [crypto.randomUUID()] : [])].join(":");
}
