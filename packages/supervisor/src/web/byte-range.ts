/** Both ends included. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * What a Range header asks of a body of this size. Undefined: the whole (no header, another unit, a syntax error, or several
 * ranges, for which a server may answer with the whole); `unsatisfiable`: 416. Source: RFC 9110 section 14.
 */
export function parseRange(header: string | undefined, size: number): ByteRange | "unsatisfiable" | undefined {
  const groups = /^bytes=(?<from>\d*)-(?<to>\d*)$/.exec(header?.trim() ?? "")?.groups;
  const { from = "", to = "" } = groups ?? {};
  if (from === "" && to === "") return undefined;
  if (from === "")
    return Number(to) === 0 || size === 0 ? "unsatisfiable" : { start: Math.max(0, size - Number(to)), end: size - 1 };
  const range = { start: Number(from), end: to === "" ? size - 1 : Math.min(Number(to), size - 1) };
  if (to !== "" && Number(to) < range.start) return undefined;
  return range.start >= size ? "unsatisfiable" : range;
}
