import { chmod, mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { hasCode } from "@ordinal/runtime";

/** Devices of the host that every container has; each is mounted over an empty file of this name. */
export const devices = ["null", "zero", "full", "random", "urandom", "tty"] as const;

/** An empty directory of the template, which the host's whole tree is seen in until the container is ready. */
export const hostView = "mqueue";

/** Makes the directory that becomes /dev of every container. Whatever is there already stays. */
export async function makeDevTemplate(directory: string): Promise<void> {
  for (const name of ["", "pts", "shm", hostView]) {
    await mkdir(join(directory, name), { recursive: true });
    await chmod(join(directory, name), 0o755);
  }
  for (const name of devices) await writeFile(join(directory, name), "");
  await link("pts/ptmx", join(directory, "ptmx"));
  await link("/proc/self/fd", join(directory, "fd"));
  for (const [at, name] of ["stdin", "stdout", "stderr"].entries())
    await link(`/proc/self/fd/${at}`, join(directory, name));
}

async function link(target: string, path: string): Promise<void> {
  try {
    await symlink(target, path);
  } catch (error) {
    if (!hasCode(error, "EEXIST")) throw error;
  }
}
