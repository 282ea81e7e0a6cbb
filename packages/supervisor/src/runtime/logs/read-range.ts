import { open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { hasCode } from "@ordinal/runtime";
import { listSegments, segmentPath } from "./segments.ts";
import type { Segments } from "./segments.ts";

const chunkBytes = 64 * 1024;

/** A piece of the output and where it begins. */
export interface Piece {
  readonly offset: number;
  readonly bytes: Buffer;
}

/** The output from an offset up to where it ends now. Begins later when that part is gone already. */
export async function* readFrom(segments: Segments, offset: number): AsyncGenerator<Piece> {
  const { segmentBytes } = segments;
  const numbers = await listSegments(segments);
  for (const number of numbers) {
    const base = number * segmentBytes;
    // Where the logger cannot split, the only file goes on growing past this size.
    const isBefore = base + segmentBytes <= offset && number !== numbers.at(-1);
    if (!isBefore) yield* readSegment(segmentPath(segments, number), { base, from: Math.max(offset - base, 0) });
  }
}

async function* readSegment(path: string, { base, from }: { base: number; from: number }): AsyncGenerator<Piece> {
  const file = await openIfPresent(path);
  if (file === undefined) return;
  try {
    let position = from;
    for (;;) {
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(chunkBytes), 0, chunkBytes, position);
      if (bytesRead === 0) return;
      yield { offset: base + position, bytes: buffer.subarray(0, bytesRead) };
      position += bytesRead;
    }
  } finally {
    await file.close();
  }
}

async function openIfPresent(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, "r");
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}
