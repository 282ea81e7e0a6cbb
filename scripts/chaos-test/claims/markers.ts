import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { open, readdir, readFile, symlink } from "node:fs/promises";
import { hasCode } from "@ordinal/runtime";

const prefix = "marker-";
const smallBytes = 20_000;
/** Large enough that copies of it are met by a kill. */
const largeBytes = 2 ** 21;

/** The names of files whose bytes follow from their name. */
export function markerName(id: string, number: number): string {
  return `${prefix}${id}-${number}`;
}

/** The bytes of a marker: of one in eight, many. */
export function markerBytes(name: string): Buffer {
  const digest = createHash("sha256").update(name).digest();
  const length = digest.readUInt8(0) % 8 === 0 ? largeBytes : (digest.readUInt16BE(1) % smallBytes) + 1;
  return Buffer.alloc(length, `${name}\n`);
}

/** Writes it as a program in a pod would that wants it to stay: the file is synced, and then its directory. */
export async function writeMarker(directory: string, name: string): Promise<void> {
  // Held, so that what is written goes into this very directory, wherever it is moved meanwhile.
  const held = await open(directory, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    const file = await open(`/proc/self/fd/${held.fd}/${name}`, "w");
    try {
      await file.writeFile(markerBytes(name));
      await file.sync();
    } finally {
      await file.close();
    }
    await held.sync();
  } finally {
    await held.close();
  }
}

/** The same as a script for a pod that has the volume at /data. */
export function markerScript(name: string): string {
  const bytes = markerBytes(name).length;
  return `yes ${name} | head -c ${bytes} | dd of=/data/${name} iflag=fullblock bs=64k conv=fsync 2>/dev/null; sync /data`;
}

/** A link out of the volume, to what nothing may ever touch. */
export async function plantLink(directory: string, target: string): Promise<void> {
  try {
    await symlink(target, `${directory}/way-out`);
  } catch (error) {
    // A copy brings it along.
    if (!hasCode(error, "EEXIST")) throw error;
  }
}

/** The markers in a directory. */
export interface Markers {
  /** With every byte they are to have. */
  readonly whole: readonly string[];
  readonly torn: readonly string[];
}

export async function readMarkers(directory: string): Promise<Markers> {
  const whole: string[] = [];
  const torn: string[] = [];
  for (const name of (await readdir(directory)).filter((each) => each.startsWith(prefix))) {
    const isWhole = (await readFile(`${directory}/${name}`)).equals(markerBytes(name));
    (isWhole ? whole : torn).push(name);
  }
  return { whole, torn };
}
