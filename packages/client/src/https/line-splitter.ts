const newline = 0x0a;
const nothing = Buffer.alloc(0);

/** Cuts a stream of bytes into lines. Bytes are put together before they are decoded, so a cut inside a letter is harmless. */
export interface LineSplitter {
  /** The lines that this chunk completes, without their ends; empty ones are left out. Throws on a line over the limit. */
  push(chunk: Buffer): readonly string[];
  /** Whether bytes without an end of line are left over. */
  hasRest(): boolean;
}

/** Holds at most one unfinished line of `maxLineBytes`. */
export function createLineSplitter({ maxLineBytes }: { readonly maxLineBytes: number }): LineSplitter {
  let parts: Buffer[] = [];
  let size = 0;

  function keep(part: Buffer): void {
    size += part.length;
    if (size > maxLineBytes) throw new RangeError(`a line is longer than ${maxLineBytes} bytes`);
    if (part.length > 0) parts.push(part);
  }

  function takeLine(): string {
    const line = parts.length === 1 ? (parts[0] ?? nothing) : Buffer.concat(parts, size);
    parts = [];
    size = 0;
    return line.toString("utf8");
  }

  return {
    push(chunk) {
      const lines: string[] = [];
      let start = 0;
      for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
        keep(chunk.subarray(start, end));
        if (size > 0) lines.push(takeLine());
        start = end + 1;
      }
      keep(chunk.subarray(start));
      return lines;
    },
    hasRest: () => size > 0,
  };
}
