import { join } from "node:path";
import { hasCode } from "@ordinal/runtime";
import type { Disk } from "../disk/disk.ts";

const blockDevices = "/sys/block";

/** The loop device that holds this image, in whichever mount namespace; undefined when none does. `image` has no links in it. */
export async function deviceOf(disk: Disk, image: string): Promise<string | undefined> {
  const names = (await readIfThere(async () => await disk.readdir(blockDevices))) ?? [];
  for (const name of names.filter((each) => each.startsWith("loop"))) {
    const path = join(blockDevices, name, "loop", "backing_file");
    const file = await readIfThere(async () => await disk.readFile(path, "utf8"));
    if (file?.trimEnd() === image) return `/dev/${name}`;
  }
  return undefined;
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
