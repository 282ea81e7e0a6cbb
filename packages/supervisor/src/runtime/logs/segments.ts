import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { hasCode } from "@ordinal/runtime";
import { listIfPresent } from "../commands/read-if-present.ts";

/**
 * The output of a run: one sequence of bytes in files of a fixed size, of which the oldest may be gone. Offsets count
 * from the first byte the program ever wrote.
 */
export interface Segments {
  readonly directory: string;
  readonly segmentBytes: number;
}

/** What is there: the offset of the first byte, and the one after the last. */
export interface Extent {
  readonly start: number;
  readonly end: number;
}

export function segmentPath({ directory }: Segments, number: number): string {
  return join(directory, segmentName(number));
}

export function indexPath({ directory }: Segments, number: number): string {
  return join(directory, `${segmentName(number)}.times`);
}

/** The numbers of the segments that are there, in order. */
export async function listSegments({ directory }: Segments): Promise<readonly number[]> {
  const names = (await listIfPresent(directory)).filter((name) => /^\d{6}$/.test(name));
  return names.map(Number).toSorted((a, b) => a - b);
}

export async function extentOf(segments: Segments): Promise<Extent> {
  const numbers = await listSegments(segments);
  const first = numbers.at(0);
  const last = numbers.at(-1);
  if (first === undefined || last === undefined) return { start: 0, end: 0 };
  const size = (await sizeIfPresent(segmentPath(segments, last))) ?? 0;
  return { start: first * segments.segmentBytes, end: last * segments.segmentBytes + size };
}

/** Removes the oldest segments, with their times, until so many are left. */
export async function pruneSegments(segments: Segments, keep: number): Promise<void> {
  const condemned = (await listSegments(segments)).slice(0, -keep);
  for (const number of condemned) {
    await rm(segmentPath(segments, number), { force: true });
    await rm(indexPath(segments, number), { force: true });
  }
}

/** In bytes; undefined when there is no such file. */
async function sizeIfPresent(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

function segmentName(number: number): string {
  return String(number).padStart(6, "0");
}
