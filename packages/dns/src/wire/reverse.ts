import { isIPv4 } from "node:net";
import { ipv4Octets, ipv6Octets } from "./address.ts";

/**
 * The reverse name of an address, such as `5.0.244.10.in-addr.arpa`, or undefined where the text is none. Source: RFC 1035
 * §3.5, RFC 3596 §2.5.
 */
export function reverseName(address: string): string | undefined {
  // There may be 100,000 of these at once.
  if (isIPv4(address)) return `${address.split(".").toReversed().join(".")}.in-addr.arpa`;
  const family = familyOf(address);
  return family === undefined ? undefined : nameOf(labelsOf(address, family), family);
}

/**
 * The zones that hold the reverse names of a range: `244.10.in-addr.arpa` for `10.244.0.0/16`; several where the range ends
 * within a label. Throws where the text is no range.
 */
export function reverseZones(range: string): readonly string[] {
  const [address = "", length = ""] = range.split("/");
  const family = familyOf(address);
  const bits = Number(length);
  if (family === undefined || !/^\d{1,3}$/.test(length) || bits === 0 || bits > family.bits) {
    throw new Error(`${JSON.stringify(range)} is not a range of addresses such as 10.244.0.0/16`);
  }
  const count = Math.ceil(bits / family.labelBits);
  const free = count * family.labelBits - bits;
  const labels = labelsOf(address, family).slice(0, count);
  const last = (labels.pop() ?? 0) & ~((1 << free) - 1);
  return Array.from({ length: 1 << free }, (_, index) => nameOf([...labels, last + index], family));
}

interface Family {
  readonly top: string;
  readonly bits: number;
  readonly labelBits: number;
  readonly radix: number;
  readonly octets: (address: string) => string | undefined;
}

const families: readonly Family[] = [
  { top: "in-addr.arpa", bits: 32, labelBits: 8, radix: 10, octets: ipv4Octets },
  { top: "ip6.arpa", bits: 128, labelBits: 4, radix: 16, octets: ipv6Octets },
];

function familyOf(address: string): Family | undefined {
  return families.find(({ octets }) => octets(address) !== undefined);
}

/** The address cut into what becomes labels: octets, or groups of four bits. */
function labelsOf(address: string, { octets, labelBits }: Family): number[] {
  const values = [...Buffer.from(octets(address) ?? "", "latin1")];
  return labelBits === 8 ? values : values.flatMap((octet) => [octet >>> 4, octet & 0x0f]);
}

function nameOf(labels: readonly number[], { top, radix }: Family): string {
  return [...labels.toReversed().map((label) => label.toString(radix)), top].join(".");
}
