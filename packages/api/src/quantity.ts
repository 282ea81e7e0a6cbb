import type { Result } from "./result.ts";

const binary: Readonly<Record<string, bigint>> = {
  Ki: 2n ** 10n,
  Mi: 2n ** 20n,
  Gi: 2n ** 30n,
  Ti: 2n ** 40n,
  Pi: 2n ** 50n,
  Ei: 2n ** 60n,
};
const decimalExponent: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  "": 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};

const pattern =
  /^(?<sign>[+-]?)(?<whole>\d*)(?:\.(?<fraction>\d*))?(?:(?<suffix>[KMGTPE]i|[numkMGTPE])|[eE](?<exponent>[+-]?\d{1,3}))?$/;

/**
 * Reads a resource quantity as a count of thousandths (`1` → 1000n, `1Gi` → 1073741824000n), rounding up what is finer.
 * Source: apimachinery `resource.ParseQuantity`.
 */
export function parseQuantityMilli(text: string): Result<bigint, string> {
  return parseQuantityIn(text, 1000n);
}

/** Reads a quantity as a count of `1/parts` units, rounding up what is finer. */
export function parseQuantityIn(text: string, parts: bigint): Result<bigint, string> {
  const groups = pattern.exec(text)?.groups;
  const whole = groups?.["whole"] ?? "";
  const fraction = groups?.["fraction"] ?? "";
  if (groups === undefined || (whole === "" && fraction === "") || text.length > 64) {
    return {
      ok: false,
      error: "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    };
  }
  const digits = BigInt(whole + fraction || "0") * parts;
  const scaled = scale(digits, fraction.length, groups);
  return { ok: true, value: groups["sign"] === "-" ? -scaled : scaled };
}

/** Reads a quantity as whole units (bytes for storage), rounding up as Kubernetes' `Value()` does. */
export function parseQuantity(text: string): Result<bigint, string> {
  const milli = parseQuantityMilli(text);
  return milli.ok ? { ok: true, value: divideUp(milli.value, 1000n) } : milli;
}

/** The whole units of a quantity already validated; throws on anything else. */
export function quantityValue(text: string): bigint {
  const parsed = parseQuantity(text);
  if (!parsed.ok) throw new TypeError(`${JSON.stringify(text)}: ${parsed.error}`);
  return parsed.value;
}

function scale(digits: bigint, fractionDigits: number, groups: Readonly<Record<string, string>>): bigint {
  const suffix = groups["suffix"] ?? "";
  const factor = binary[suffix];
  const exponent = Number(groups["exponent"] ?? decimalExponent[suffix] ?? 0) - fractionDigits;
  if (factor !== undefined) return divideUp(digits * factor, 10n ** BigInt(fractionDigits));
  return exponent >= 0 ? digits * 10n ** BigInt(exponent) : divideUp(digits, 10n ** BigInt(-exponent));
}

function divideUp(value: bigint, by: bigint): bigint {
  const quotient = value / by;
  return value % by > 0n ? quotient + 1n : quotient;
}
