import { showQuantity } from "../quantity-format.ts";
import { parseQuantityIn } from "../quantity.ts";

const nano = 1_000_000_000n;

/** How much of one resource, exactly, and in which form to show it. */
export interface Amount {
  /** Billionths of the resource's unit. */
  readonly nanos: bigint;
  /** A quantity of the same family: `1Gi` has sums shown in powers of two. */
  readonly like: string;
}

/** How much of each resource. */
export type Amounts = ReadonlyMap<string, Amount>;

/** Quantities as they stand in objects. Throws TypeError on what is none: the objects have been checked. */
export function amountsOf(quantities: Readonly<Record<string, string>> | undefined): Amounts {
  return new Map(Object.entries(quantities ?? {}).map(([name, quantity]) => [name, amountOf(quantity)]));
}

export function amountOf(quantity: string): Amount {
  const parsed = parseQuantityIn(quantity, nano);
  if (!parsed.ok) throw new TypeError(`${JSON.stringify(quantity)}: ${parsed.error}`);
  return { nanos: parsed.value, like: quantity };
}

/** So many of something. */
export function countOf(count: number): Amount {
  return { nanos: BigInt(count) * nano, like: "1" };
}

/** The quantity in its shortest form. */
export function showAmount({ nanos, like }: Amount): string {
  return showQuantity(nanos, like);
}

/** What is in either, added up. A sum keeps the form of the first amount that is not zero, as upstream's does. */
export function sumOf(a: Amounts, b: Amounts): Amounts {
  return combine(a, b, (x, y) => ({ nanos: x.nanos + y.nanos, like: x.nanos === 0n ? y.like : x.like }));
}

/** The greater of each. */
export function greatestOf(a: Amounts, b: Amounts): Amounts {
  return combine(a, b, (x, y) => (y.nanos > x.nanos ? y : x));
}

function combine(a: Amounts, b: Amounts, join: (x: Amount, y: Amount) => Amount): Amounts {
  const joined = new Map(a);
  for (const [name, amount] of b) {
    const present = joined.get(name);
    joined.set(name, present === undefined ? amount : join(present, amount));
  }
  return joined;
}
