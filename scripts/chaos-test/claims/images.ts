import { execFile } from "node:child_process";
import { mkdtemp, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { readMarkers, type Markers } from "./markers.ts";

const execute = promisify(execFile);

/** What is in the file system of an image: of a copy of it, so that not a byte of it changes. */
export async function readImage(image: string, below: string): Promise<Markers> {
  const directory = await mkdtemp(join(below, "image-"));
  const copy = join(directory, "copy.img");
  const mountPoint = await mkdtemp(join(below, "mounted-"));
  try {
    await execute("cp", ["--sparse=always", image, copy]);
    await execute("mount", ["-t", "ext4", "-o", "loop", copy, mountPoint]);
    try {
      return await readMarkers(mountPoint);
    } finally {
      await execute("umount", [mountPoint]);
    }
  } finally {
    await rm(directory, { recursive: true });
    await rmdir(mountPoint);
  }
}
