import { readFileSync } from "node:fs";
import { hasCode } from "@ordinal/runtime";

/** A process, told apart from a later one that got the same number. */
interface Owner {
  readonly pid: number;
  /** Boot and start time where the system tells them (Linux); empty elsewhere. */
  readonly born: string;
}

/** Another process, or another `openStore` in this one, has the store open. */
export class StoreInUseError extends Error {
  override readonly name = "StoreInUseError";
  readonly pid: number;

  constructor(dir: string, pid: number) {
    super(`the store in ${dir} is in use by process ${pid}; stop that process first, or choose another data directory`);
    this.pid = pid;
  }
}

/** The note this process leaves in the store; throws StoreInUseError when the process that left `note` still runs. */
export function claim(note: string | undefined, dir: string): string {
  const owner = note === undefined ? undefined : (JSON.parse(note) as Owner);
  if (owner !== undefined && isAlive(owner.pid) && bornOf(owner.pid) === owner.born) {
    throw new StoreInUseError(dir, owner.pid);
  }
  return JSON.stringify({ pid: process.pid, born: bornOf(process.pid) } satisfies Owner);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // EPERM: it runs as somebody else.
    return hasCode(error, "EPERM");
  }
}

function bornOf(pid: number): string {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field is the name in brackets and may hold anything; the state comes behind it, and the start time as the 20th.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    // One that has ended and that nobody has waited for, as in containers without an init, has nothing open.
    return fields[0] === "Z" ? "" : `${boot} ${fields[19]}`;
  } catch (error) {
    if (hasCode(error, "ENOENT", "ESRCH")) return "";
    throw error;
  }
}
