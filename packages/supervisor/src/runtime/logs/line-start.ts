import { readFrom } from "./read-range.ts";
import { extentOf } from "./segments.ts";
import type { Segments } from "./segments.ts";

const step = 64 * 1024;
const newline = 0x0a;

/** Where the last so many lines begin. A last line without a newline is a line. */
export async function tailOffset(segments: Segments, lines: number): Promise<number> {
  const { start, end } = await extentOf(segments);
  if (lines <= 0) return end;
  let wanted = lines;
  for (let top = end; top > start; top -= step) {
    const window = await readWindow(segments, Math.max(top - step, start), top);
    for (let at = window.bytes.length - 1; at >= 0; at--) {
      // The newline at the very end closes the last line and begins none.
      const isEnd = window.offset + at === end - 1;
      if (window.bytes[at] === newline && !isEnd && --wanted === 0) return window.offset + at + 1;
    }
  }
  return start;
}

/** Where the line begins that the byte at this offset belongs to. */
export async function lineStart(segments: Segments, offset: number): Promise<number> {
  const { start } = await extentOf(segments);
  for (let top = offset; top > start; top -= step) {
    const window = await readWindow(segments, Math.max(top - step, start), top);
    const at = window.bytes.lastIndexOf(newline);
    if (at >= 0) return window.offset + at + 1;
  }
  return start;
}

async function readWindow(
  segments: Segments,
  from: number,
  to: number,
): Promise<{ readonly offset: number; readonly bytes: Buffer }> {
  const parts: Buffer[] = [];
  for await (const { offset, bytes } of readFrom(segments, from)) {
    if (offset >= to) break;
    parts.push(bytes.subarray(0, to - offset));
  }
  return { offset: from, bytes: Buffer.concat(parts) };
}
