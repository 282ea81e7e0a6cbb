import { access } from "node:fs/promises";
import { hasCode } from "@ordinal/runtime";
import { hasProgram } from "./run-program.ts";

/** The programs that images need, with the Debian and Fedora package of each. */
const programs = {
  "mkfs.ext4": "e2fsprogs",
  debugfs: "e2fsprogs",
  e2fsck: "e2fsprogs",
  resize2fs: "e2fsprogs",
  fallocate: "util-linux",
  losetup: "util-linux",
  mount: "util-linux",
} as const;

/** What this machine lacks for volumes in images, and what to do about it; undefined when nothing does. */
export async function hostProblem(): Promise<string | undefined> {
  if (process.platform !== "linux") return "local-image volumes need Linux: use the StorageClass local-path";
  if (process.getuid?.() !== 0) {
    return "local-image volumes are mounted, which needs root: start Ordinal as root, or use the StorageClass local-path";
  }
  for (const [program, inPackage] of Object.entries(programs)) {
    if (await hasProgram(program)) continue;
    return `local-image volumes need the program ${program}, which is not on this machine: install the package ${inPackage}`;
  }
  if (await isThere("/dev/loop-control")) return undefined;
  return "local-image volumes need loop devices, and there is no /dev/loop-control: load the kernel module (modprobe loop), or give this container the device";
}

async function isThere(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR")) return false;
    throw error;
  }
}
