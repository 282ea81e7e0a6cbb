/** A copy with the keys of every object in it sorted, as Go writes its maps. */
export function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([key, each]) => [key, sortKeys(each)] as const);
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** JSON with sorted keys and without absent or null members, so that equal content is equal text. */
export function stableJson(value: unknown): string {
  return JSON.stringify(sortKeys(value), (_key, each: unknown) => each ?? undefined);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
