import { parseQuantityIn } from "./quantity.ts";
import type { Result } from "./result.ts";

const nano = 1_000_000_000n;
const binarySuffixes = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"] as const;
const decimalSuffixes = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"] as const;

/**
 * The form in which the API hands a quantity out: the largest unit that loses nothing, in the family it was written in.
 * `1024Mi` → `1Gi`, `0.5` → `500m`, `1e3` → `1e3`. Source: apimachinery `Quantity.CanonicalizeBytes`.
 */
export function canonicalQuantity(text: string): Result<string, string> {
  const nanos = parseQuantityIn(text, nano);
  if (!nanos.ok) return nanos;
  return { ok: true, value: showQuantity(nanos.value, text) };
}

/** So many billionths in their shortest form, in the family of units that `text` is written in. */
export function showQuantity(nanos: bigint, text: string): string {
  if (nanos === 0n) return "0";
  const size = nanos < 0n ? -nanos : nanos;
  if (text.endsWith("i") && size >= 1024n * nano && size % nano === 0n) return showBinary(nanos / nano);
  return showDecimal(nanos, /[eE][+-]?\d/.test(text));
}

function showBinary(units: bigint): string {
  let mantissa = units;
  let power = 0;
  for (; mantissa % 1024n === 0n && power < binarySuffixes.length - 1; power += 1) mantissa /= 1024n;
  return `${mantissa}${binarySuffixes[power]}`;
}

function showDecimal(nanos: bigint, withExponent: boolean): string {
  let mantissa = nanos;
  let power = 0;
  const last = withExponent ? Number.POSITIVE_INFINITY : decimalSuffixes.length - 1;
  for (; mantissa % 1000n === 0n && power < last; power += 1) mantissa /= 1000n;
  if (!withExponent) return `${mantissa}${decimalSuffixes[power]}`;
  return power === 3 ? `${mantissa}` : `${mantissa}e${(power - 3) * 3}`;
}
