import { shortAt, byteAt } from "../wire/bytes.ts";
import { types } from "../wire/constants.ts";
import { readName } from "./wire-name.ts";

/** Where names are in a record's data. */
interface Layout {
  /** Octets before the first name. */
  readonly before: number;
  /** Strings behind them, each with its length in front. */
  readonly strings?: number;
  readonly names: number;
  /** Octets behind the last name. */
  readonly after?: number;
  /** Whether names in it may be written compressed: only in types as old as compression (RFC 3597 §4). */
  readonly isCompressed: boolean;
}

const oneName: Layout = { before: 0, names: 1, isCompressed: true };
const twoNames: Layout = { before: 0, names: 2, isCompressed: true };
const preferred: Layout = { before: 2, names: 1, isCompressed: false };

/**
 * Types whose names may come compressed: those of RFC 1035, and the later ones that RFC 3597 §4 lists for reading. Those
 * of DNSSEC never do (RFC 4034), nor do newer ones.
 */
const layouts: Readonly<Record<number, Layout>> = {
  [types.NS]: oneName,
  3: oneName,
  4: oneName,
  [types.CNAME]: oneName,
  [types.SOA]: { ...twoNames, after: 20 },
  7: oneName,
  8: oneName,
  9: oneName,
  [types.PTR]: oneName,
  14: twoNames,
  15: { ...preferred, isCompressed: true },
  17: { ...twoNames, isCompressed: false },
  18: preferred,
  21: preferred,
  26: { before: 2, names: 2, isCompressed: false },
  [types.SRV]: { before: 6, names: 1, isCompressed: false },
  35: { before: 4, strings: 3, names: 1, isCompressed: false },
  36: preferred,
  39: { ...oneName, isCompressed: false },
};

/** Octets of data that is nothing but an address. */
const fixedSizes: Readonly<Record<number, number>> = { [types.A]: 4, [types.AAAA]: 16 };

/** A record's data in parts: octets as they are, and names (labels without the closing zero), in turns, octets first. */
export interface Data {
  readonly parts: readonly string[];
  readonly isCompressed: boolean;
}

/** Reads data between two places of a message; undefined where it does not have the shape of its type. */
export function readData(
  message: Buffer,
  { type, at, end }: { type: number; at: number; end: number },
): Data | undefined {
  const layout = layouts[type];
  const fixed = fixedSizes[type];
  if (fixed !== undefined && end - at !== fixed) return undefined;
  if (layout === undefined) return { parts: [message.toString("latin1", at, end)], isCompressed: false };
  let next = at + layout.before;
  for (let left = layout.strings ?? 0; left > 0; left -= 1) next += 1 + byteAt(message, next);
  if (next > end) return undefined;
  const parts = [message.toString("latin1", at, next)];
  for (let left = layout.names; left > 0; left -= 1) {
    const name = readName(message, next);
    if (name === undefined || name.end > end) return undefined;
    parts.push(name.labels, "");
    next = name.end;
  }
  if (next + (layout.after ?? 0) !== end) return undefined;
  if (next < end) parts[parts.length - 1] = message.toString("latin1", next, end);
  return { parts, isCompressed: layout.isCompressed };
}

/** The data's octets with nothing compressed in them. */
export function plainData({ parts }: Data): string {
  return parts.map((part, index) => (index % 2 === 0 ? part : `${part}\0`)).join("");
}

/** The data of an SOA: how long a "no" may be remembered, in seconds. Source: RFC 2308 §4. */
export function soaMinimum({ parts }: Data): number {
  const numbers = Buffer.from(parts[4] ?? "", "latin1");
  return numbers.length === 20 ? shortAt(numbers, 16) * 0x1_0000 + shortAt(numbers, 18) : 0;
}

/** The name an alias stands for. */
export function targetOf({ parts }: Data): string {
  return parts[1] ?? "";
}
