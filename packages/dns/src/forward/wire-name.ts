import { byteAt, shortAt } from "../wire/bytes.ts";
import { headerSize } from "../wire/constants.ts";

/** A name read from a message: its labels as octets in a latin1 string, without the closing zero, as they were spelt. */
export interface ReadName {
  readonly labels: string;
  /** Where it ends in the place it was read from; labels that were pointed at lie elsewhere. */
  readonly end: number;
}

/** More jumps than a name has labels only serve to keep the reader busy. Source: miekg/dns, `maxCompressionPointers`. */
const maxJumps = 126;

/** Only ever used by one synchronous read at a time: octets are put together here, so that long names stay cheap. */
const scratch = Buffer.alloc(256);

/**
 * Reads a name, compressed or not; undefined where there is none. Every pointer has to lead to before the labels it ends,
 * so that reading ends. Source: RFC 1035 §4.1.4.
 */
export function readName(message: Buffer, start: number): ReadName | undefined {
  let size = 0;
  let at = start;
  let segment = start;
  let end: number | undefined;
  for (let jumps = 0; at < message.length;) {
    const length = byteAt(message, at);
    if (length === 0) return { labels: scratch.toString("latin1", 0, size), end: end ?? at + 1 };
    if (length >= 0xc0) {
      const target = shortAt(message, at) & 0x3fff;
      jumps += 1;
      if (at + 2 > message.length || target < headerSize || target >= segment || jumps > maxJumps) return undefined;
      end ??= at + 2;
      segment = target;
      at = target;
      continue;
    }
    const next = at + 1 + length;
    // Between a label and a pointer lie types of labels that were never used.
    if (length > 63 || next > message.length || size + 1 + length > 254) return undefined;
    for (; at < next; at += 1, size += 1) scratch[size] = byteAt(message, at);
  }
  return undefined;
}

/** Folds the letters of ASCII alone: other octets of a name mean what they are (RFC 4343). Lengths are no letters. */
export function foldCase(octets: string): string {
  if (!/[A-Z]/.test(octets) || octets.length > scratch.length) return octets;
  // A name of 120 labels has as many places to replace: octet by octet takes a tenth of the time.
  const size = scratch.write(octets, "latin1");
  for (let at = 0; at < size; at += 1) {
    const octet = byteAt(scratch, at);
    if (octet >= 0x41 && octet <= 0x5a) scratch[at] = octet + 0x20;
  }
  return scratch.toString("latin1", 0, size);
}
