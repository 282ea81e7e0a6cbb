import { basename, join } from "node:path";
import { hasCode } from "@ordinal/runtime";
import type { Disk } from "../../disk/disk.ts";
import { deviceOf } from "../../local-image/attached.ts";
import { imageName } from "../../local-image/make-image.ts";

/** Where a device is mounted. */
export interface Mount {
  readonly path: string;
  /** Its numbers, as in `7:3`. */
  readonly device: string;
}

/** Where the image in a volume's directory is mounted; undefined for a plain directory, and for an image that is not. */
export async function mountOfImage(disk: Disk, directory: string): Promise<Mount | undefined> {
  const image = await unlessMissing(async () => await disk.realpath(join(directory, imageName)));
  const device = image === undefined ? undefined : await deviceOf(disk, image);
  if (device === undefined) return undefined;
  const numbers = await unlessMissing(
    async () => await disk.readFile(join("/sys/block", basename(device), "dev"), "utf8"),
  );
  const table = await disk.readFile("/proc/self/mountinfo", "utf8");
  return numbers === undefined ? undefined : mountOf(table, numbers.trim());
}

/** The first mount of a device. Source: proc_pid_mountinfo(5). */
function mountOf(table: string, device: string): Mount | undefined {
  const fields = table
    .split("\n")
    .map((line) => line.split(" "))
    .find(([, , number]) => number === device);
  const path = fields?.[4]?.replaceAll(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
  return path === undefined ? undefined : { path, device };
}

async function unlessMissing<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENXIO", "ENODEV")) return undefined;
    throw error;
  }
}
