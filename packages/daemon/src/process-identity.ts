import { readFile } from "node:fs/promises";
import { hasCode } from "@ordinal/runtime";

/** One process, told apart from a later one that has its pid. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Field 22 of /proc/<pid>/stat; empty where there is no /proc. */
  readonly startTime: string;
  /** Changes with every boot of the machine; empty where there is no /proc. */
  readonly bootId: string;
}

/** The identity of a process that is alive, or undefined. */
export async function identify(pid: number): Promise<ProcessIdentity | undefined> {
  if (!isAlive(pid)) return undefined;
  const stat = await readOrEmpty(`/proc/${pid}/stat`);
  // The command name in parentheses may hold spaces, so fields are counted from behind it.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  if (fields[0] === "Z") return undefined;
  return { pid, startTime: fields[19] ?? "", bootId: (await readOrEmpty("/proc/sys/kernel/random/boot_id")).trim() };
}

/** Whether exactly this process is still there. */
export async function isSameProcess(identity: ProcessIdentity): Promise<boolean> {
  const now = await identify(identity.pid);
  return now !== undefined && now.startTime === identity.startTime && now.bootId === identity.bootId;
}

/** Signals exactly this process. One that has ended, or ends at this moment, needs none. */
export async function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): Promise<void> {
  if (!(await isSameProcess(identity))) return;
  try {
    process.kill(identity.pid, signal);
  } catch (error) {
    if (!hasCode(error, "ESRCH")) throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return hasCode(error, "EPERM");
  }
}

async function readOrEmpty(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT", "ESRCH")) return "";
    throw error;
  }
}
