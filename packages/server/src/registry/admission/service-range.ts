/** A range of IPv4 addresses for services, as numbers. */
export interface ServiceRange {
  /** As it was written: `10.96.0.0/16`. */
  readonly cidr: string;
  /** The network address; nobody gets it. */
  readonly base: number;
  /** How many addresses after `base` can be given out; the broadcast address is not among them. */
  readonly size: number;
}

/** Reads `10.96.0.0/16`; throws RangeError on anything but an IPv4 network of /8 to /28. */
export function parseRange(cidr: string): ServiceRange {
  const [address = "", length = ""] = cidr.split("/");
  const bits = /^\d{1,2}$/.test(length) ? Number(length) : Number.NaN;
  const base = toNumber(address);
  if (base === undefined || !(bits >= 8 && bits <= 28) || base % 2 ** (32 - bits) !== 0) {
    throw new RangeError(`${JSON.stringify(cidr)} is no range for services: it must be an IPv4 network of /8 to /28`);
  }
  return { cidr, base, size: 2 ** (32 - bits) - 2 };
}

/** The n-th address of the range. */
export function addressAt(range: ServiceRange, offset: number): string {
  const value = range.base + offset;
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");
}

/** Where in the range an address is, or undefined outside it. */
export function offsetOf(range: ServiceRange, address: string): number | undefined {
  const value = toNumber(address);
  if (value === undefined) return undefined;
  const offset = value - range.base;
  return offset >= 1 && offset <= range.size ? offset : undefined;
}

/** Low addresses are left to those who ask for one. Source: upstream KEP-3070, `calculateRangeOffset`. */
export function firstDynamicOffset(range: ServiceRange): number {
  if (range.size < 16) return 1;
  return Math.min(Math.max(16, Math.floor(range.size / 16)), 256) + 1;
}

function toNumber(address: string): number | undefined {
  const parts = address.split(".").map((part) => (/^\d{1,3}$/.test(part) ? Number(part) : Number.NaN));
  if (parts.length !== 4 || !parts.every((part) => part <= 255)) return undefined;
  return parts.reduce((value, part) => value * 256 + part, 0);
}
