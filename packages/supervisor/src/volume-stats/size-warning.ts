import type { Happening } from "@ordinal/client";

/** How a directory stands to the size that its claim names. */
export type Fill = "fits" | "nearly full" | "over";

export interface FillLevel {
  readonly usedBytes: number;
  readonly claimedBytes: number;
}

/** Shares of the claimed size: where a state begins, and below what it ends, so that nothing flickers. */
const nearly = { from: 0.85, until: 0.8 };
const over = { from: 1, until: 0.95 };

/** The state after a look. */
export function nextFill(before: Fill, { usedBytes, claimedBytes }: FillLevel): Fill {
  if (claimedBytes <= 0) return "fits";
  const share = usedBytes / claimedBytes;
  if (share >= (before === "over" ? over.until : over.from)) return "over";
  return share >= (before === "fits" ? nearly.from : nearly.until) ? "nearly full" : "fits";
}

export const fillReasons = { "nearly full": "VolumeNearlyFull", over: "VolumeOverCapacity" } as const;

/** The event to write when one state follows another: only upwards, because a volume that empties is no reason to warn. */
export function fillWarning(before: Fill, after: Fill, level: FillLevel): Happening | undefined {
  if (after === "fits" || after === before || before === "over") return undefined;
  const { usedBytes, claimedBytes } = level;
  const share = `${Math.floor((usedBytes / claimedBytes) * 100)}%`;
  const figures = `The volume holds ${showBytes(usedBytes)}, ${share} of the ${showBytes(claimedBytes)} claimed.`;
  const remedy =
    "A directory is not held to its size: raise spec.resources.requests.storage of the claim, remove data, or use the StorageClass local-image, whose sizes hold.";
  return { type: "Warning", reason: fillReasons[after], message: `${figures} ${remedy}` };
}

const units = ["B", "Ki", "Mi", "Gi", "Ti", "Pi"] as const;

/** Three digits, in the units that claims are written in: `1.25Gi`. */
function showBytes(bytes: number): string {
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, bytes)) / 10)));
  return `${Number((bytes / 1024 ** power).toPrecision(3))}${units[power]}`;
}
