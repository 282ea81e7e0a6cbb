import { basename } from "node:path";
import { hasCode } from "@ordinal/runtime";
import type { Disk } from "../../disk/disk.ts";
import { attachedFiles } from "../../local-image/attached.ts";
import { imageName } from "../../local-image/make-image.ts";
import { isBelow } from "../../provision/paths.ts";
import { thaw } from "./freeze.ts";
import { mountOfDevice } from "./image-mount.ts";

/**
 * Thaws every mounted image of ours: what a daemon has frozen that was killed, and with it whoever would have thawed it. Pods
 * would wait for ever with their writes, and nothing could end them. To be called before anything is frozen.
 */
export async function thawLeft(disk: Disk, bases: readonly string[]): Promise<void> {
  const real = await Promise.all(bases.map(async (base) => await realOrNone(disk, base)));
  for await (const { name, file } of attachedFiles(disk)) {
    const isOurs = basename(file) === imageName && real.some((base) => base !== undefined && isBelow(base, file));
    const mountPoint = isOurs ? await mountOfDevice(disk, name) : undefined;
    if (mountPoint !== undefined) await thaw(mountPoint);
  }
}

async function realOrNone(disk: Disk, path: string): Promise<string | undefined> {
  try {
    return await disk.realpath(path);
  } catch (error) {
    // A base that is away has no image that is mounted from there.
    if (hasCode(error, "ENOENT", "ENOTDIR")) return undefined;
    throw error;
  }
}
