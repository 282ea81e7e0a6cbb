import { cpuUsage, memoryUsage } from "node:process";
import type { Metrics } from "./metrics.ts";

/** The figures of the whole process: memory, processor time, start. `startMs` is in milliseconds since the epoch. */
export function addProcessMetrics(metrics: Metrics, startMs: number): void {
  metrics.reading({ name: "process_resident_memory_bytes", help: "Resident memory.", type: "gauge" }, () =>
    memoryUsage.rss(),
  );
  metrics.reading(
    { name: "nodejs_heap_size_used_bytes", help: "Memory of JavaScript objects.", type: "gauge" },
    () => memoryUsage().heapUsed,
  );
  metrics.reading({ name: "process_cpu_seconds_total", help: "Processor time.", type: "counter" }, () => {
    const { user, system } = cpuUsage();
    return (user + system) / 1_000_000;
  });
  metrics.reading(
    { name: "process_start_time_seconds", help: "When the server started, since the epoch.", type: "gauge" },
    () => startMs / 1000,
  );
}
