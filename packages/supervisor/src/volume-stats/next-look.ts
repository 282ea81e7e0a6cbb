/** What decides when a volume is measured again. */
export interface LastLook {
  /** How long it took, rests included, in milliseconds. */
  readonly tookMs: number;
  /** How many looks in a row have found the same. */
  readonly unchanged: number;
  /** Whether a pod uses it. */
  readonly isInUse: boolean;
}

/** Times in milliseconds. */
export interface LookIntervals {
  readonly soonestMs: number;
  /** The longest of a volume that pods use. */
  readonly longestInUseMs: number;
  /** The longest of any other. */
  readonly longestIdleMs: number;
}

/** A minute as upstream's `volumeStatsAggPeriod`, sooner where something happens. */
export const usualIntervals: LookIntervals = {
  soonestMs: 10_000,
  longestInUseMs: 60_000,
  longestIdleMs: 10 * 60_000,
};

/**
 * In how many milliseconds to look again: soon at what is small or was just written to, later and later at what stays as it
 * is, and at what takes long not before it was left alone for as long.
 */
export function nextLookMs(
  { tookMs, unchanged, isInUse }: LastLook,
  intervals: LookIntervals = usualIntervals,
): number {
  const { soonestMs, longestInUseMs, longestIdleMs } = intervals;
  const longestMs = isInUse ? longestInUseMs : longestIdleMs;
  return Math.max(Math.min(soonestMs * 2 ** unchanged, longestMs), tookMs);
}
