import { splitRange } from "../setting-values.ts";

/**
 * The zones below in-addr.arpa or ip6.arpa that hold a range's reverse names. A range that ends inside a label is
 * several zones; sixteen thousand addresses of IPv4 in /18 are 64.
 */
export function reverseZones(cidr: string): readonly string[] {
  const range = splitRange(cidr);
  if (range === undefined) return [];
  const isV6 = range.host.includes(":");
  const bitsInLabel = isV6 ? 4 : 8;
  const labels = isV6 ? nibbles(range.host) : range.host.split(".").map(Number);
  const whole = Math.floor(range.length / bitsInLabel);
  const rest = range.length - whole * bitsInLabel;
  const suffix = isV6 ? "ip6.arpa" : "in-addr.arpa";
  const show = (parts: readonly number[]): string =>
    [...parts.toReversed().map((part) => part.toString(isV6 ? 16 : 10)), suffix].join(".");
  const fixed = labels.slice(0, whole);
  if (rest === 0) return [show(fixed)];
  const size = 2 ** (bitsInLabel - rest);
  const first = Math.floor((labels[whole] ?? 0) / size) * size;
  return Array.from({ length: size }, (_, index) => show([...fixed, first + index]));
}

/** The 32 hexadecimal digits of an IPv6 address. */
function nibbles(address: string): readonly number[] {
  const [head = "", tail] = withoutDots(address).split("::");
  const before = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  const missing = tail === undefined ? 0 : 8 - before.length - after.length;
  const groups = [...before, ...Array.from({ length: missing }, () => "0"), ...after];
  const digits = groups.map((group) => group.padStart(4, "0")).join("");
  return Array.from(digits, (digit) => Number.parseInt(digit, 16));
}

/** `::ffff:10.0.0.1` as `::ffff:a00:1`. */
function withoutDots(address: string): string {
  return address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...octets: readonly string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = octets.slice(0, 4).map(Number);
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  });
}
