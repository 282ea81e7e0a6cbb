import { textOf, type Fact } from "./fact.ts";

/** What has to come and what has to go so that one list says what the other does. */
export interface Difference<T> {
  readonly added: readonly T[];
  readonly removed: readonly T[];
}

/** Facts present in both are in neither list, so that one endpoint's change touches no other's names. Repeats count. */
export function difference(before: readonly Fact[], after: readonly Fact[]): Difference<Fact> {
  return differenceBy(textOf, before, after);
}

/** The same for anything: what has the same text is the same. */
export function differenceBy<T extends object>(
  text: (item: T) => string,
  before: readonly T[],
  after: readonly T[],
): Difference<T> {
  if (before.length === 0 || after.length === 0) return { added: after, removed: before };
  const surplus = new Map<string, T[]>();
  for (const item of before) {
    const key = text(item);
    const same = surplus.get(key);
    if (same === undefined) surplus.set(key, [item]);
    else same.push(item);
  }
  const added = after.filter((item) => surplus.get(text(item))?.pop() === undefined);
  return { added, removed: [...surplus.values()].flat() };
}
