import { byteAt, lowerCase } from "../wire/bytes.ts";
import { wireName } from "../wire/name.ts";

interface Known {
  readonly index: number;
  /** Its wire labels in lower case, without the closing zero. */
  readonly octets: Buffer;
}

/**
 * From a question whose name ends at `nameEnd` to the number of the deepest zone it lies in, or -1.
 * `isOurs` says that it lies in one of them for certain: then the first zone, in which most names lie, need not be compared.
 */
export type ZoneFinder = (message: Uint8Array, nameEnd: number, isOurs: boolean) => number;

/** Zones as dotted names without closing dot. */
export function createZoneFinder(zones: readonly string[]): ZoneFinder {
  const known = inOrder(zones);
  const last = known.at(-1)?.index ?? -1;

  return (message, nameEnd, isOurs) => {
    const count = isOurs ? known.length - 1 : known.length;
    for (let at = 0; at < count; at += 1) {
      const zone = known[at];
      if (zone !== undefined && endsWith(message, nameEnd, zone.octets)) return zone.index;
    }
    return isOurs ? last : -1;
  };
}

/** Deeper zones first, and last the first of those given, unless it lies in another. */
function inOrder(zones: readonly string[]): readonly Known[] {
  const all = zones
    .map((zone, index) => ({ index, octets: Buffer.from(wireName(zone) ?? "", "latin1") }))
    .toSorted((a, b) => b.octets.length - a.octets.length);
  const first = all.find(({ index }) => index === 0);
  if (first === undefined) return all;
  const isInside = all.some((each) => each !== first && endsWith(first.octets, first.octets.length, each.octets));
  return isInside ? all : [...all.filter((each) => each !== first), first];
}

/** Whether the octets before `end` are these, whatever the case of letters. */
function endsWith(message: Uint8Array, end: number, octets: Uint8Array): boolean {
  const start = end - octets.length;
  if (start < 0) return false;
  for (let at = octets.length - 1; at >= 0; at -= 1) {
    const octet = byteAt(message, start + at);
    if (octet !== octets[at] && lowerCase(octet) !== octets[at]) return false;
  }
  return true;
}
