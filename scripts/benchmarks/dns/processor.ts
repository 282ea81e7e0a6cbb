import { readdir, readFile } from "node:fs/promises";
import { systemClock } from "@ordinal/runtime";

/** Cores this process may use, the lowest first. */
export async function usableCores(): Promise<readonly number[]> {
  const status = await readFile("/proc/self/status", "utf8");
  const list = /^Cpus_allowed_list:\s+(\S+)/m.exec(status)?.[1] ?? "0";
  return list.split(",").flatMap((range) => {
    const [first = 0, last = first] = range.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}

/** Nanoseconds each thread of a process has run so far, by thread id; also those it wanted to and had no core, where said. */
export async function threadTimes(pid: number, { withWaits = false } = {}): Promise<ReadonlyMap<string, number>> {
  const threads = await readdir(`/proc/${pid}/task`);
  return new Map(
    await Promise.all(
      threads.map(async (thread): Promise<[string, number]> => {
        const text = await readFile(`/proc/${pid}/task/${thread}/schedstat`, "utf8");
        const [ran = 0, waited = 0] = text.split(" ").map(Number);
        return [thread, withWaits ? ran + waited : ran];
      }),
    ),
  );
}

/** Nanoseconds of each thread between two looks, the busiest first. */
export function spent(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): readonly number[] {
  return [...after].map(([thread, ran]) => ran - (before.get(thread) ?? 0)).toSorted((a, b) => b - a);
}

/** What the machine's processors did since it started, in ticks. */
export interface ProcessorTicks {
  readonly all: number;
  /** In a virtual machine: wanted, and given to another one. */
  readonly stolen: number;
}

export async function processorTicks(): Promise<ProcessorTicks> {
  const [line = ""] = (await readFile("/proc/stat", "utf8")).split("\n");
  // user nice system idle iowait irq softirq steal; guests' are among user's. Source: proc_stat(5).
  const ticks = line.trim().split(/\s+/).slice(1, 9).map(Number);
  return { all: ticks.reduce((sum, each) => sum + each, 0), stolen: ticks[7] ?? 0 };
}

/** The share (0 to 1) that was given to other machines between two looks. */
export function stolenShare(before: ProcessorTicks, after: ProcessorTicks): number {
  return (after.stolen - before.stolen) / Math.max(1, after.all - before.all);
}

/**
 * Waits until a process does nothing any more, such as a server that still answers questions whose asker is gone; at most
 * ten seconds.
 */
export async function untilIdle(pid: number): Promise<void> {
  const lookMs = 20;
  for (let look = 0; look < 500; look += 1) {
    const before = await threadTimes(pid);
    await systemClock.sleep(lookMs);
    const ran = spent(before, await threadTimes(pid)).reduce((sum, each) => sum + each, 0);
    if (ran < (lookMs * 1e6) / 20) return;
  }
}

/** Megabytes of a process that are in memory. */
export async function residentMegabytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024;
}
