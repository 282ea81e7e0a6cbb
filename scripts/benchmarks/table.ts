/** Rows of cells as a table, the first row its header; all but the first column are right-aligned. */
export function showTable(title: string, rows: readonly (readonly string[])[]): string {
  const columns = Math.max(...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  const pad = (cell: string, column: number): string =>
    column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0);
  return [title, ...rows.map((row) => row.map(pad).join("  ").trimEnd())].join("\n");
}
