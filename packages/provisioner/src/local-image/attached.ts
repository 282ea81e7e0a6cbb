import { join } from "node:path";
import { hasCode } from "@ordinal/runtime";
import type { Disk } from "../disk/disk.ts";

const blockDevices = "/sys/block";

/** A loop device, by its name in `/sys/block`, and the file it holds. */
export interface Attached {
  readonly name: string;
  readonly file: string;
}

/** The loop device that holds this image, in whichever mount namespace; undefined when none does. `image` has no links in it. */
export async function deviceOf(disk: Disk, image: string): Promise<string | undefined> {
  for await (const { name, file } of attachedFiles(disk)) if (file === image) return `/dev/${name}`;
  return undefined;
}

/** Every loop device that holds a file. */
export async function* attachedFiles(disk: Disk): AsyncIterable<Attached> {
  const names = (await readIfThere(async () => await disk.readdir(blockDevices))) ?? [];
  for (const name of names.filter((each) => each.startsWith("loop"))) {
    const path = join(blockDevices, name, "loop", "backing_file");
    const file = await readIfThere(async () => await disk.readFile(path, "utf8"));
    if (file !== undefined) yield { name, file: file.trimEnd() };
  }
}

/** Undefined for what is not there, as the file of a device that holds nothing. */
async function readIfThere<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENXIO", "ENODEV")) return undefined;
    throw error;
  }
}
