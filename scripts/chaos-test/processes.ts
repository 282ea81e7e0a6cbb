import { readdir, readFile, readlink } from "node:fs/promises";
import { join } from "node:path";
import { hasCode } from "@ordinal/runtime";
import type { Machine } from "../rig/machine.ts";

/** The processes of pods: programs in the pods' own view of the file system, and the shims and loggers that belong to them. */
export async function podProcesses(machine: Machine, podUid = ""): Promise<readonly number[]> {
  const directory = join(machine.dataDir, "pods", podUid);
  const here = await readlink("/proc/self/ns/mnt");
  const ofMachine = await machine.sh("readlink /proc/self/ns/mnt");
  return await processesThat(async (pid) => {
    if ((await text(`/proc/${pid}/environ`)).includes(`ORDINAL_POD_DIRECTORY=${directory}`)) return true;
    const namespace = await readlink(`/proc/${pid}/ns/mnt`);
    // Programs may write over their environment; what is mounted for them they cannot.
    return namespace !== here && namespace !== ofMachine && (await text(`/proc/${pid}/mountinfo`)).includes(directory);
  });
}

/** The daemon, DNS and the proxy. */
export async function ownProcesses(machine: Machine): Promise<readonly number[]> {
  const records = await Promise.all(
    ["dns.json", "proxy.json"].map(async (name) => {
      const { pid } = JSON.parse(await readFile(join(machine.dataDir, name), "utf8")) as { readonly pid: number };
      return pid;
    }),
  );
  return [machine.daemonPid, ...records];
}

/** Kills them, whoever is gone by then. */
export function killAll(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, "SIGKILL");
    } catch (error) {
      if (!hasCode(error, "ESRCH")) throw error;
    }
  }
}

async function processesThat(isIt: (pid: number) => Promise<boolean>): Promise<readonly number[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(
    pids.map(async (pid) => {
      try {
        return (await isIt(pid)) ? [pid] : [];
      } catch (error) {
        // It has ended meanwhile.
        if (hasCode(error, "ENOENT", "ESRCH", "EACCES", "EINVAL")) return [];
        throw error;
      }
    }),
  );
  return found.flat();
}

async function text(path: string): Promise<string> {
  return await readFile(path, "utf8");
}
