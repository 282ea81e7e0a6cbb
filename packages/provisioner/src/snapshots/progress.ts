import type { Clock } from "@ordinal/runtime";
import type { Progress } from "./copy/copy-volume.ts";

/** Least time between two reports, in milliseconds; a copy that takes less is not reported on. */
const everyMs = 10_000;
/** Least difference between two reports, in percent. */
const everyPercent = 5;

/** Lets through what people want to see of a long copy: not too often, and only when something has moved. */
export function createProgressReport(clock: Clock, tell: (text: string) => void): (progress: Progress) => void {
  let toldMs = clock.now();
  let toldPercent = 0;
  return ({ bytes, totalBytes }) => {
    const now = clock.now();
    const percent = totalBytes === 0 ? 100 : Math.floor((bytes / totalBytes) * 100);
    if (now - toldMs < everyMs || percent - toldPercent < everyPercent) return;
    toldMs = now;
    toldPercent = percent;
    tell(`copied ${showBytes(bytes)} of ${showBytes(totalBytes)} (${percent} %)`);
  };
}

function showBytes(bytes: number): string {
  const units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
  const power = bytes < 1 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), units.length - 1);
  return `${power === 0 ? Math.round(bytes) : (bytes / 1024 ** power).toFixed(1)} ${units[power] ?? ""}`;
}
