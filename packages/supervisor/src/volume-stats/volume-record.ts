import { unreachable, type Labels } from "@ordinal/runtime";
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
 * One figure of a look, or undefined when it told none. `around` has newer ones of the file systems that are shared, by
 * device.
 */
export function figureOf(
  figure: keyof VolumeFigures,
  measured: Measured | undefined,
  around: ReadonlyMap<number, FileSystemFigures>,
): number | undefined {
  switch (measured?.is) {
    case "own":
      return measured.figures[figure];
    case "shared":
      if (figure === "usedBytes" || figure === "inodesUsed") return measured[figure];
      return (around.get(measured.device) ?? measured.around)[figure];
    case "unmounted": {
      const { capacityBytes, usedBytes } = measured;
      const known: VolumeFigures = { capacityBytes, usedBytes, availableBytes: capacityBytes - usedBytes };
      return known[figure];
    }
    case "not made":
    case undefined:
      return undefined;
    default:
      return unreachable(measured);
  }
}

/** Whether two looks told the same about the volume itself. */
export function isSame(before: Measured | undefined, after: Measured): boolean {
  const isEqual = (figure: "usedBytes" | "inodesUsed"): boolean =>
    figureOf(figure, before, none) === figureOf(figure, after, none);
  return before?.is === after.is && isEqual("usedBytes") && isEqual("inodesUsed");
}

const none: ReadonlyMap<number, FileSystemFigures> = new Map();
