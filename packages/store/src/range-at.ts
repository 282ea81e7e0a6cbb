import type { Entry, Range, RangeOptions, StoreEvent } from "./store.ts";

/** What to read: the newest entries in key order, and the events to undo to get to the asked revision, oldest first. */
export interface RangeSource {
  readonly revision: number;
  readonly newest: Iterable<Entry>;
  /** How many of the newest lie behind this key; without reading their values. */
  readonly countAfter: (key: string) => number;
  /** Whether one of the newest has this key. */
  readonly has: (key: string) => boolean;
  readonly undo: readonly StoreEvent[];
}

/**
 * The entries of a range as they were at the source's revision: the newest ones, stepped back through the events since. Reads
 * as many as are asked for, and counts the keys of the rest.
 */
export function rangeAt(source: RangeSource, { prefix, after, limit = Infinity }: RangeOptions): Range {
  const { revision } = source;
  const changed = stateBefore(source.undo.filter(({ key }) => key.startsWith(prefix) && isAfter(key, after)));
  const entries: Entry[] = [];
  for (const entry of changed.size === 0 ? source.newest : stepBack(source.newest, changed)) {
    const last = entries.at(-1);
    if (entries.length >= limit && last !== undefined)
      return { entries, revision, remaining: remainingAfter(last.key, changed, source) };
    entries.push(entry);
  }
  return { entries, revision, remaining: 0 };
}

/** What is there now, with each changed key counted as it was. */
function remainingAfter(
  last: string,
  changed: ReadonlyMap<string, Entry | undefined>,
  { countAfter, has }: RangeSource,
): number {
  let count = countAfter(last);
  for (const [key, before] of changed) {
    if (key > last) count += Number(before !== undefined) - Number(has(key));
  }
  return count;
}

function isAfter(key: string, after: string | undefined): boolean {
  return after === undefined || key > after;
}

/** Each changed key with what was there before the first change. */
function stateBefore(events: readonly StoreEvent[]): ReadonlyMap<string, Entry | undefined> {
  const before = new Map<string, Entry | undefined>();
  for (const event of events) {
    if (!before.has(event.key)) before.set(event.key, event.previous);
  }
  return before;
}

/** Merges two sorted runs; a changed key counts as it was. */
function* stepBack(newest: Iterable<Entry>, changed: ReadonlyMap<string, Entry | undefined>): Generator<Entry> {
  const restored = [...changed.values()]
    .filter((entry) => entry !== undefined)
    .toSorted((a, b) => (a.key < b.key ? -1 : 1));
  let next = 0;
  for (const entry of newest) {
    if (changed.has(entry.key)) continue;
    for (let old = restored[next]; old !== undefined && old.key < entry.key; old = restored[next]) {
      yield old;
      next += 1;
    }
    yield entry;
  }
  yield* restored.slice(next);
}
