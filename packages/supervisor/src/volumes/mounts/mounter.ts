import { readFile } from "node:fs/promises";
import { findProgram } from "../../runtime/commands/find-program.ts";
import { mustRun, runCommand, systemPath } from "../../runtime/commands/run-command.ts";
import { isWithin, parseMountInfo } from "../../runtime/sandbox/mount-info.ts";

/** Mounts on the host, in the daemon's own view of it. All of it outlives the daemon. */
export interface Mounter {
  isMounted(path: string): Promise<boolean>;
  /** A file system in memory at a directory that is there; nothing when one is mounted there already. */
  tmpfs(directory: string, options: { readonly mode: number; readonly sizeBytes?: number }): Promise<void>;
  /** Shows what the daemon has open as `descriptor` at `target` too, whatever has become of its name since. */
  bindDescriptor(descriptor: number, target: string): Promise<void>;
  /** Unmounts whatever is at this path or below it; rejects when something stays. */
  unmountBelow(directory: string): Promise<void>;
}

/** A mounter with this machine's mount(8) and umount(8); undefined where one of them is missing. */
export async function createMounter(): Promise<Mounter | undefined> {
  const [mount, umount] = await Promise.all([findProgram("mount", systemPath), findProgram("umount", systemPath)]);
  if (mount === undefined || umount === undefined) return undefined;
  return {
    isMounted,
    async tmpfs(directory, { mode, sizeBytes }) {
      if (await isMounted(directory)) return;
      const size = sizeBytes === undefined ? "" : `,size=${sizeBytes}`;
      await mustRun([mount, "-t", "tmpfs", "-o", `nosuid,nodev,mode=${mode.toString(8)}${size}`, "tmpfs", directory]);
    },
    async bindDescriptor(descriptor, target) {
      // Without -c, mount would replace the descriptor by the name it had, and the name may be a link by now.
      await mustRun([mount, "-c", "--bind", `/proc/${process.pid}/fd/${descriptor}`, target]);
    },
    async unmountBelow(directory) {
      const left = (await mountPaths()).filter((path) => isWithin(path, directory));
      if (left.length === 0) return;
      // Lazily, because nothing of the pod runs any more, and whoever looks in from outside must not hold it up.
      const { stderr } = await runCommand([umount, "-l", "--", ...left]);
      const stays = (await mountPaths()).filter((path) => isWithin(path, directory));
      if (stays.length > 0) throw new Error(`cannot unmount ${stays.join(", ")}: ${stderr}`);
    },
  };
}

async function isMounted(path: string): Promise<boolean> {
  return (await mountPaths()).includes(path);
}

/** Last mounted first. */
async function mountPaths(): Promise<readonly string[]> {
  return parseMountInfo(await readFile("/proc/self/mountinfo", "utf8"))
    .map(({ path }) => path)
    .toReversed();
}
