import { readFile } from "node:fs/promises";
import { mustRun } from "../../runtime/commands/run-command.ts";
import { parseMountInfo } from "../../runtime/sandbox/mount-info.ts";

/** The device that is mounted at this path in the daemon's view, undefined when nothing is. */
export async function deviceAt(mountPoint: string): Promise<string | undefined> {
  const mounts = parseMountInfo(await readFile("/proc/self/mountinfo", "utf8"));
  return mounts.findLast(({ path }) => path === mountPoint)?.source;
}

/** The loop device that holds this image, wherever it may be mounted; undefined when none does. */
export async function deviceOf(image: string): Promise<string | undefined> {
  const listed = await mustRun(["losetup", "--associated", image, "--noheadings", "--output", "NAME"]);
  return listed.split("\n").find((line) => line !== "");
}

/** Mounts an image over a loop device that goes with its last mount, or a device that holds one already. */
export async function mountAt(
  mountPoint: string,
  { what, options }: { readonly what: string; readonly options: readonly string[] },
): Promise<void> {
  const all = [...(what.startsWith("/dev/") ? [] : ["loop"]), ...options];
  await mustRun(["mount", "-t", "ext4", ...(all.length === 0 ? [] : ["-o", all.join(",")]), what, mountPoint]);
}

/** Unmounts whatever is mounted at the path; nothing is fine. */
export async function unmountAll(mountPoint: string): Promise<void> {
  while ((await deviceAt(mountPoint)) !== undefined) await mustRun(["umount", mountPoint]);
}
