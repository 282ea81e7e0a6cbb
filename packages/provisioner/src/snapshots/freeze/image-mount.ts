import { join } from "node:path";
import { hasCode } from "@ordinal/runtime";
import type { Disk } from "../../disk/disk.ts";
import { deviceOf } from "../../local-image/attached.ts";
import { imageName } from "../../local-image/make-image.ts";

/** Where the image in a volume's directory is mounted; undefined for a plain directory, and for an image that is not. */
export async function mountOfImage(disk: Disk, directory: string): Promise<string | undefined> {
  const image = await unlessMissing(async () => await disk.realpath(join(directory, imageName)));
  const device = image === undefined ? undefined : await deviceOf(disk, image);
  return device === undefined ? undefined : await mountOfDevice(disk, device.slice("/dev/".length));
}

/** Where a device is mounted, by its name in `/sys/block`. */
export async function mountOfDevice(disk: Disk, name: string): Promise<string | undefined> {
  const number = await unlessMissing(async () => await disk.readFile(join("/sys/block", name, "dev"), "utf8"));
  const table = await disk.readFile("/proc/self/mountinfo", "utf8");
  return number === undefined ? undefined : mountPointOf(table, number.trim());
}

/** The first mount point of a device, `7:3`. Source: proc_pid_mountinfo(5). */
function mountPointOf(table: string, device: string): string | undefined {
  const fields = table
    .split("\n")
    .map((line) => line.split(" "))
    .find(([, , number]) => number === device);
  return fields?.[4]?.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

async function unlessMissing<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENXIO", "ENODEV")) return undefined;
    throw error;
  }
}
