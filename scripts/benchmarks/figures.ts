import { showTable } from "./table.ts";

/** A row of figures, in the order they were taken. */
export interface Row {
  readonly name: string;
  /** Milliseconds, megabytes or whatever the unit says. */
  readonly values: readonly number[];
  readonly unit: string;
  /** What the issue or the design asks for, if anything; shown with the ratio of the median to it. */
  readonly aim?: number;
}

/** The value below which this share (0 to 1) of the values lies. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

/** A table with minimum, median, p99 and maximum of each row, and the ratio of the median to the aim. */
export function showFigures(title: string, rows: readonly Row[]): string {
  const header = ["", "n", "min", "p50", "p99", "max", "unit", "aim", "p50/aim"];
  const lines = rows.map(({ name, values, unit, aim }) => [
    name,
    String(values.length),
    ...[Math.min(...values), percentile(values, 0.5), percentile(values, 0.99), Math.max(...values)].map(show),
    unit,
    aim === undefined ? "" : show(aim),
    aim === undefined ? "" : (percentile(values, 0.5) / aim).toFixed(2),
  ]);
  return showTable(title, [header, ...lines]);
}

function show(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(1);
}
