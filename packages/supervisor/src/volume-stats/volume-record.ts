import type { Labels } from "@ordinal/runtime";
import type { FileSystemFigures } from "./file-system-figures.ts";
import type { Measured } from "./measure-volume.ts";
import type { Fill } from "./size-warning.ts";

/** What is known of one bound volume. */
export interface VolumeRecord {
  /** Of the claim it is bound to. */
  readonly namespace: string;
  readonly claim: string;
  readonly claimUid: string;
  /** As upstream labels a claim's figures. */
  readonly labels: Labels;
  claimedBytes: number;
  /** The last look that told something. */
  measured: Measured | undefined;
  /** When that look ended, in milliseconds since the epoch. */
  measuredMs: number;
  /** Why the last look failed, if it did. */
  problem: string | undefined;
  /** Looks in a row that told the same. */
  unchanged: number;
  /** What has been said about its size; undefined as long as nobody has looked. */
  fill: Fill | undefined;
}

/** How full a volume is: the fields of upstream's FsStats. */
export interface VolumeFigures {
  readonly capacityBytes: number;
  readonly availableBytes: number;
  readonly usedBytes: number;
  /** These three are left out where nobody can tell. */
  readonly inodes?: number;
  readonly inodesFree?: number;
  readonly inodesUsed?: number;
}

/**
 * The figures of a look, or undefined when it told none. `around` gives newer ones of the file systems that are shared, by
 * device.
 */
export function figuresOf(
  measured: Measured | undefined,
  around?: ReadonlyMap<number, FileSystemFigures>,
): VolumeFigures | undefined {
  if (measured === undefined || measured.is === "not made") return undefined;
  if (measured.is === "own") return measured.figures;
  const { usedBytes } = measured;
  if (measured.is === "shared") {
    return { ...(around?.get(measured.device) ?? measured.around), usedBytes, inodesUsed: measured.inodesUsed };
  }
  const { capacityBytes } = measured;
  return { capacityBytes, usedBytes, availableBytes: capacityBytes - usedBytes };
}

/** Whether two looks told the same about the volume itself. */
export function isSame(before: Measured | undefined, after: Measured): boolean {
  const [old, now] = [figuresOf(before), figuresOf(after)];
  return before?.is === after.is && old?.usedBytes === now?.usedBytes && old?.inodesUsed === now?.inodesUsed;
}
