import { isDeepStrictEqual } from "node:util";
import { isJsonObject } from "../json.ts";

/** Whether two values of the API are the same; the order of keys means nothing. */
export function isSame(a: unknown, b: unknown): boolean {
  return isDeepStrictEqual(a, b);
}

/** The paths at which two values differ, as lines `- path: before` and `+ path: after`. */
export function describeChange(before: unknown, after: unknown): string {
  return changes({ before, after, path: "" }).join("\n");
}

interface Pair {
  readonly before: unknown;
  readonly after: unknown;
  readonly path: string;
}

function changes({ before, after, path }: Pair): readonly string[] {
  if (isSame(before, after)) return [];
  if (isJsonObject(before) && isJsonObject(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...keys].toSorted().flatMap((key) => {
      const at = path === "" ? key : `${path}.${key}`;
      return changes({ before: before[key], after: after[key], path: at });
    });
  }
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    return before.flatMap((each: unknown, index) =>
      changes({ before: each, after: after[index], path: `${path}[${index}]` }),
    );
  }
  return [
    ...(before === undefined ? [] : [`- ${path}: ${JSON.stringify(before)}`]),
    ...(after === undefined ? [] : [`+ ${path}: ${JSON.stringify(after)}`]),
  ];
}
