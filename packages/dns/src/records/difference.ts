import { textOf, type Fact } from "./fact.ts";

/** What to do to a zone so that it says one thing instead of the other. */
export interface Difference {
  readonly added: readonly Fact[];
  readonly removed: readonly Fact[];
}

/** Facts present in both are in neither list, so that one endpoint's change touches no other's names. Repeats count. */
export function difference(before: readonly Fact[], after: readonly Fact[]): Difference {
  const surplus = new Map<string, Fact[]>();
  for (const fact of before) {
    const text = textOf(fact);
    const same = surplus.get(text);
    if (same === undefined) surplus.set(text, [fact]);
    else same.push(fact);
  }
  const added = after.filter((fact) => surplus.get(textOf(fact))?.pop() === undefined);
  return { added, removed: [...surplus.values()].flat() };
}
