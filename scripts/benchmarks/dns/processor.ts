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

/** Nanoseconds each thread of a process has run so far, by thread id. */
export async function threadTimes(pid: number): Promise<ReadonlyMap<string, number>> {
  const threads = await readdir(`/proc/${pid}/task`);
  return new Map(
    await Promise.all(
      threads.map(async (thread): Promise<[string, number]> => {
        const [ran = ""] = (await readFile(`/proc/${pid}/task/${thread}/schedstat`, "utf8")).split(" ");
        return [thread, Number(ran)];
      }),
    ),
  );
}

/** Nanoseconds each thread ran between two looks, the busiest first. */
export function spent(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): readonly number[] {
  return [...after].map(([thread, ran]) => ran - (before.get(thread) ?? 0)).toSorted((a, b) => b - a);
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
