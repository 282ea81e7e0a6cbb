import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";

/** A behaviour a user can observe. */
export interface Row {
  /** Area letter and number, such as `D4`. */
  readonly id: string;
  readonly feature: string;
}

export interface Area {
  readonly name: string;
  readonly rows: readonly Row[];
}

/** All rows, by area, in the order of rows.yaml. */
export async function readAreas(): Promise<readonly Area[]> {
  const text = await readFile(join(import.meta.dirname, "rows.yaml"), "utf8");
  const areas = parse(text) as Readonly<Record<string, Readonly<Record<string, string>>>>;
  return Object.entries(areas).map(([name, rows]) => ({
    name,
    rows: Object.entries(rows).map(([id, feature]) => ({ id, feature })),
  }));
}
