import type { LimitRange, ResourceQuota } from "@ordinal/api";
import { timeSince } from "./human-duration.ts";
import { ageColumn, column, nameColumn, type TablePrinter } from "./table.ts";

export const limitRangeTable: TablePrinter<LimitRange> = {
  columns: [nameColumn, column("Created At", "When the API server created the object.")],
  cells: ({ metadata }) => [metadata.name, metadata.creationTimestamp],
};

export const resourceQuotaTable: TablePrinter<ResourceQuota> = {
  columns: [
    nameColumn,
    column("Request", "Used and allowed of everything but limits."),
    column("Limit", "Used and allowed of pods' limits."),
    ageColumn,
  ],
  cells({ metadata, status = {} }, nowMs) {
    const names = Object.keys(status.hard ?? {}).toSorted();
    const show = (name: string): string => `${name}: ${status.used?.[name] ?? "0"}/${status.hard?.[name] ?? "0"}`;
    return [
      metadata.name,
      names
        .filter((name) => !isLimit(name))
        .map(show)
        .join(", "),
      names.filter(isLimit).map(show).join(", "),
      timeSince(metadata.creationTimestamp, nowMs),
    ];
  },
};

function isLimit(name: string): boolean {
  return name.startsWith("limits.");
}
