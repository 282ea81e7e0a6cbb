/** The output had grown to `end` bytes when it was looked at. */
export interface Growth {
  readonly end: number;
  readonly atMs: number;
}

/** One line of a times file. */
export function formatGrowth({ end, atMs }: Growth): string {
  return `${end} ${atMs}\n`;
}

/** Reads what `formatGrowth` wrote; a last line cut off by a crash is left out. */
export function parseGrowths(text: string): readonly Growth[] {
  return [...text.matchAll(/^(\d+) (\d+)\n/gm)].map(([, end, atMs]) => ({ end: Number(end), atMs: Number(atMs) }));
}

/** When a line was complete that ends at this offset: the first look that saw all of it, or `otherwise`. */
export function timeAt(growths: readonly Growth[], end: number, otherwise: number): number {
  return growths[firstReaching(growths, end)]?.atMs ?? otherwise;
}

/** Where the output stood just before a moment: what lies behind this offset came at or after it. */
export function offsetBefore(growths: readonly Growth[], sinceMs: number): number {
  return growths.findLast(({ atMs }) => atMs < sinceMs)?.end ?? 0;
}

function firstReaching(growths: readonly Growth[], end: number): number {
  let low = 0;
  let high = growths.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((growths[middle]?.end ?? 0) < end) low = middle + 1;
    else high = middle;
  }
  return low;
}
