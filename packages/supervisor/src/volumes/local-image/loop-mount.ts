import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { hasCode, type Clock } from "@ordinal/runtime";
import { mustRun, runCommand } from "../../runtime/commands/run-command.ts";
import { parseMountInfo } from "../../runtime/sandbox/mount-info.ts";

const releaseMs = 1_000;
const lookAgainMs = 10;
const leaveMs = 1_000;
const triedAgainMs = 50;

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

/** Lets writes go on to what is mounted at the path; nothing, and what is not frozen, are fine. */
export async function thawAt(mountPoint: string): Promise<void> {
  if ((await deviceAt(mountPoint)) !== undefined) await runCommand(["fsfreeze", "--unfreeze", mountPoint]);
}

/** Unmounts whatever is mounted at the path; nothing is fine. Waits a moment for whoever is in it, and rejects then. */
export async function unmountAll(mountPoint: string, clock: Clock): Promise<void> {
  for (;;) {
    const device = await deviceAt(mountPoint);
    if (device === undefined) return;
    const image = await backingOf(device);
    await unmountWhenLeft(mountPoint, clock);
    if (image !== undefined) await untilReleased({ device, image, clock });
  }
}

/** A copy that is being made keeps a file system from being unmounted, and so does a shell that somebody has in it. */
async function unmountWhenLeft(mountPoint: string, clock: Clock): Promise<void> {
  const deadline = clock.now() + leaveMs;
  for (;;) {
    const { code, stderr } = await runCommand(["umount", mountPoint]);
    if (code === 0) return;
    if (!stderr.includes("busy")) throw new Error(stderr);
    if (clock.now() >= deadline) {
      throw new Error(
        `${stderr} A copy is being made of it, or a program stands in it: fuser -vm ${mountPoint} says which`,
      );
    }
    await clock.sleep(triedAgainMs);
  }
}

/**
 * The kernel lets go of a device a moment after the processes that had it mounted have ended. Where some still run, pods
 * of an earlier daemon or whoever looks in from outside, it stays theirs.
 */
async function untilReleased({ device, image, clock }: { device: string; image: string; clock: Clock }): Promise<void> {
  const deadline = clock.now() + releaseMs;
  while ((await backingOf(device)) === image && clock.now() < deadline) await clock.sleep(lookAgainMs);
}

/** The file a loop device holds, as the kernel shows it; undefined when it holds none. */
async function backingOf(device: string): Promise<string | undefined> {
  try {
    return await readFile(`/sys/block/${basename(device)}/loop/backing_file`, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENXIO", "ENODEV")) return undefined;
    throw error;
  }
}
