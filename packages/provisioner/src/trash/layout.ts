import { join } from "node:path";

/*
 * Beside the volumes of a base:
 *
 *   <base>/.trash/<entry>/        what was a volume's directory, as it was
 *   <base>/.trash/<entry>.json    the record: what it was, and until when it is kept
 *   <base>/.trash/.emptying/      what nobody can have back; it is being removed
 *
 * A directory comes and goes by one rename, so it is at one place or at another, whole. The record is written before the
 * directory comes and removed after it has gone: a directory without a record is never ours, and a record without a
 * directory says nothing. Nobody but us writes in `.trash` and in `.emptying`, so no name in them is ever exchanged for a link.
 */

export const trashOf = (base: string): string => join(base, ".trash");

export const entryPath = (base: string, entry: string): string => join(trashOf(base), entry);

export const recordPath = (base: string, entry: string): string => join(trashOf(base), `${entry}.json`);

export const emptyingOf = (base: string): string => join(trashOf(base), ".emptying");

/** The entry a file in the trash is the record of, or undefined. */
export function entryOfRecord(fileName: string): string | undefined {
  return fileName.startsWith(".") || !fileName.endsWith(".json") ? undefined : fileName.slice(0, -".json".length);
}
