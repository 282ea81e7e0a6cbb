import { byteAt, shortAt } from "../wire/bytes.ts";
import { headerSize, types } from "../wire/constants.ts";
import type { Edns } from "../wire/edns.ts";
import { readData, type Data } from "./data-layout.ts";
import { readName, type ReadName } from "./wire-name.ts";

/** 0 answer, 1 authority, 2 additional. */
type Section = 0 | 1 | 2;

/** A record with nothing compressed in it. */
export interface MessageRecord {
  readonly section: Section;
  /** Labels as they were spelt, without the closing zero. */
  readonly owner: string;
  readonly type: number;
  readonly class: number;
  /** In seconds. */
  readonly ttl: number;
  readonly data: Data;
}

/** What stands behind a message's question. */
export interface MessageRecords {
  /** All but OPT, in their order. */
  readonly records: readonly MessageRecord[];
  /** What the OPT record says, where there is one. */
  readonly opt: (Edns & { readonly extendedRcode: number }) | undefined;
}

const sections: readonly Section[] = [0, 1, 2];

/**
 * Reads all records from `start` on, once and without recursion; undefined where one is cut short, misshapen or doubly OPT.
 * The work is bounded by the message's length: a record takes 11 octets, and a name no more than 126 jumps.
 */
export function readRecords(message: Buffer, start: number): MessageRecords | undefined {
  const records: MessageRecord[] = [];
  let opt: MessageRecords["opt"];
  // Long answers have one owner, over and over.
  const owners = new Map<number, string>();
  let at = start;
  for (const section of sections) {
    for (let left = shortAt(message, 6 + 2 * section); left > 0; left -= 1) {
      const owner = readOwner(message, at, owners);
      if (owner === undefined) return undefined;
      const fixed = owner.end;
      const data = fixed + 10;
      if (data > message.length) return undefined;
      const end = data + shortAt(message, fixed + 8);
      if (end > message.length) return undefined;
      const type = shortAt(message, fixed);
      at = end;
      if (type === types.OPT) {
        if (opt !== undefined || owner.labels !== "" || section !== 2) return undefined;
        opt = readOpt(message, fixed);
        continue;
      }
      const read = readData(message, { type, at: data, end });
      if (read === undefined) return undefined;
      const ttl = ttlAt(message, fixed + 4);
      records.push({ section, owner: owner.labels, type, class: shortAt(message, fixed + 2), ttl, data: read });
    }
  }
  return { records, opt };
}

/** A record's owner; what is pointed at again is not read again. */
function readOwner(message: Buffer, at: number, owners: Map<number, string>): ReadName | undefined {
  const pointer = shortAt(message, at);
  const known = owners.get(pointer);
  if (known !== undefined) return { labels: known, end: at + 2 };
  const owner = readName(message, at);
  // What a pointer leads to lies before it, wherever it stands.
  if (owner !== undefined && pointer >= 0xc000) owners.set(pointer, owner.labels);
  return owner;
}

/** Where the one question of a message ends; undefined where it has none, several, or a name that points elsewhere. */
export function questionEnd(message: Buffer): number | undefined {
  if (message.length < headerSize || shortAt(message, 4) !== 1) return undefined;
  const name = readName(message, headerSize);
  // Nothing lies before the question's name that it could point to.
  return name === undefined || name.end + 4 > message.length ? undefined : name.end + 4;
}

/** Source: RFC 6891 §6.1.3. */
function readOpt(message: Buffer, fixed: number): MessageRecords["opt"] {
  return {
    size: shortAt(message, fixed + 2),
    extendedRcode: byteAt(message, fixed + 4),
    version: byteAt(message, fixed + 5),
    dnssecOk: (byteAt(message, fixed + 6) & 0x80) !== 0,
  };
}

/** With the highest bit set a TTL means 0. Source: RFC 2181 §8. */
function ttlAt(message: Buffer, at: number): number {
  const ttl = message.readUInt32BE(at);
  return ttl > 0x7fff_ffff ? 0 : ttl;
}
