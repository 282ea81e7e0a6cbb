import { eventually } from "../../rig/eventually.ts";
import type { Machine } from "../../rig/machine.ts";

/** What the kernel still holds of a machine whose daemon was stopped: mounts and loop devices, one sentence each. */
export async function leftAfterStop(machine: Machine): Promise<readonly string[]> {
  const look = async (): Promise<readonly string[]> => {
    const mounts = await machine.sh("cut -d' ' -f5 /proc/self/mountinfo");
    const files = await machine.sh("losetup --list --noheadings --output BACK-FILE");
    const below = (path: string): boolean => path.startsWith(`${machine.dataDir}/`);
    return [
      ...mounts
        .split("\n")
        .filter(below)
        .map((path) => `${path} is mounted after stop`),
      ...files
        .split("\n")
        .filter(below)
        .map((path) => `a loop device holds ${path} after stop`),
    ];
  };
  // The kernel lets go of a device a moment after its last mount.
  return await eventually("nothing is held", async () => ((await look()).length === 0 ? [] : undefined), 5_000).catch(
    look,
  );
}
