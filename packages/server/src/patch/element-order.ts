import { isJsonObject } from "@ordinal/api";
import { valueAt } from "./json-values.ts";

/** What tells the items of a list apart: the value of a field, or the item itself where there is none. */
export function identityOf(item: unknown, key: string | undefined): unknown {
  if (key === undefined) return item;
  return isJsonObject(item) ? valueAt(item, key) : undefined;
}

export interface Order {
  readonly key: string | undefined;
  /** The order the patch asks for, of those items it names. */
  readonly wanted: readonly unknown[];
  /** The list as it was, which orders what the patch does not name. */
  readonly before: readonly unknown[];
}

/**
 * Items the patch names in the order it wants, the others in between where they were.
 * Source: apimachinery `strategicpatch.normalizeElementOrder`.
 */
export function orderItems(items: readonly unknown[], { key, wanted, before }: Order): readonly unknown[] {
  const wantedAt = positions(wanted, key);
  const beforeAt = positions(before, key);
  const named = items.filter((item) => wantedAt.has(identityOf(item, key)));
  const others = items.filter((item) => !wantedAt.has(identityOf(item, key)));
  const right = sortBy(named, (item) => wantedAt.get(identityOf(item, key)));
  const left = sortBy(others, (item) => beforeAt.get(identityOf(item, key)));
  return interleave({ left, right }, (item) => beforeAt.get(identityOf(item, key)));
}

/** Puts each item of `left` before the first item of `right` that came after it. */
function interleave(
  { left, right }: { readonly left: readonly unknown[]; readonly right: readonly unknown[] },
  positionOf: (item: unknown) => number | undefined,
): readonly unknown[] {
  const result: unknown[] = [];
  let next = 0;
  for (const item of right) {
    const at = positionOf(item);
    for (; next < left.length; next += 1) {
      const other = positionOf(left[next]);
      if (at === undefined || other === undefined || other > at) break;
      result.push(left[next]);
    }
    result.push(item);
  }
  return [...result, ...left.slice(next)];
}

function positions(list: readonly unknown[], key: string | undefined): ReadonlyMap<unknown, number> {
  const found = new Map<unknown, number>();
  for (const [index, item] of list.entries()) {
    const identity = identityOf(item, key);
    if (!found.has(identity)) found.set(identity, index);
  }
  return found;
}

function sortBy(items: readonly unknown[], positionOf: (item: unknown) => number | undefined): readonly unknown[] {
  const last = Number.MAX_SAFE_INTEGER;
  return items.toSorted((a, b) => (positionOf(a) ?? last) - (positionOf(b) ?? last));
}
