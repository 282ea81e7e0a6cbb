import type { VolumeLine } from "./volume-lines.ts";

/** How much of what it claims a volume takes up, in percent; undefined where one of both is not known. */
export function fullness({ usedBytes, claimedBytes = 0 }: VolumeLine): number | undefined {
  return usedBytes === undefined || claimedBytes <= 0 ? undefined : (100 * usedBytes) / claimedBytes;
}

/** The fullest first; those of which nothing is known last. */
export function byFullness(lines: readonly VolumeLine[]): readonly VolumeLine[] {
  return lines.toSorted((a, b) => (fullness(b) ?? -1) - (fullness(a) ?? -1));
}
