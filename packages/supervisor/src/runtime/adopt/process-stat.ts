import { readIfPresent } from "../commands/read-if-present.ts";

/** Tells a process from every other of the same boot. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly parentPid: number;
  /** Clock ticks since boot. */
  readonly startTime: string;
}

export interface ProcessStat extends ProcessIdentity {
  readonly session: number;
  /** Ended, and not yet waited for. */
  readonly zombie: boolean;
}

/** Reads a line of /proc/<pid>/stat; undefined when it is none. The name in it may hold spaces and parentheses. */
export function parseStat(line: string): ProcessStat | undefined {
  const match = /^(\d+) \(.*\) (\S) (\d+) (.*)$/s.exec(line);
  if (match === null) return undefined;
  const [, pid, state, parentPid, rest = ""] = match;
  // `rest` begins with field 5; the start time is field 22.
  const fields = rest.split(" ");
  const startTime = fields[17];
  if (startTime === undefined) return undefined;
  const zombie = state === "Z" || state === "X";
  return { pid: Number(pid), parentPid: Number(parentPid), session: Number(fields[1]), startTime, zombie };
}

/** Whether this very process, and not a later one with its number, is still there and not yet ended. */
export async function isAlive({ pid, startTime }: ProcessIdentity): Promise<boolean> {
  const text = await readIfPresent(`/proc/${pid}/stat`);
  const stat = text === undefined ? undefined : parseStat(text);
  return stat !== undefined && stat.startTime === startTime && !stat.zombie;
}

/** Changes with every boot. */
export async function readBootId(): Promise<string> {
  const text = await readIfPresent("/proc/sys/kernel/random/boot_id");
  if (text === undefined) throw new Error("cannot read /proc/sys/kernel/random/boot_id");
  return text.trim();
}
