/** A range of IPv4 addresses, as numbers. */
export interface AddressRange {
  readonly first: number;
  readonly last: number;
  readonly prefixLength: number;
}

/** Reads `10.244.0.0/16` or a single address; undefined when it is neither. Bits behind the prefix are ignored. */
export function parseRange(text: string): AddressRange | undefined {
  const [address = "", prefix = "32", ...rest] = text.split("/");
  const number = parseAddress(address);
  const prefixLength = /^\d{1,2}$/.test(prefix) ? Number(prefix) : 33;
  if (number === undefined || prefixLength > 32 || rest.length > 0) return undefined;
  const size = 2 ** (32 - prefixLength);
  const first = Math.floor(number / size) * size;
  return { first, last: first + size - 1, prefixLength };
}

export function parseAddress(text: string): number | undefined {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255)) return undefined;
  return parts.reduce((number, part) => number * 256 + Number(part), 0);
}

export function formatAddress(number: number): string {
  return [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join(".");
}

export function overlaps(a: AddressRange, b: AddressRange): boolean {
  return a.first <= b.last && b.first <= a.last;
}

/** Whether all of `inner` lies in `outer`. */
export function contains(outer: AddressRange, inner: AddressRange): boolean {
  return outer.first <= inner.first && inner.last <= outer.last;
}
