import type { Asked } from "../answers/compose.ts";
import { byteAt, shortAt } from "../wire/bytes.ts";
import { types } from "../wire/constants.ts";

/**
 * The serial of the version that whoever asks for changes has, from the SOA record in the authority section (RFC 1995 §3);
 * undefined where there is none, or something else.
 */
export function askerVersion({ message, end }: Pick<Asked, "message" | "end">): number | undefined {
  if (shortAt(message, 6) !== 0 || shortAt(message, 8) !== 1) return undefined;
  const fixed = nameEnd(message, end);
  if (fixed === undefined || shortAt(message, fixed) !== types.SOA) return undefined;
  const recordEnd = fixed + 10 + shortAt(message, fixed + 8);
  const admin = nameEnd(message, fixed + 10);
  const numbers = admin === undefined ? undefined : nameEnd(message, admin);
  if (numbers === undefined || numbers + 20 !== recordEnd || recordEnd > message.length) return undefined;
  return message.readUInt32BE(numbers);
}

/** Where the name at `at` ends, be it compressed; undefined for labels of types that were never used. */
function nameEnd(message: Buffer, at: number): number | undefined {
  let next = at;
  // Beyond the message there are zeros, so this ends.
  for (let length = byteAt(message, next); length !== 0; length = byteAt(message, next)) {
    if (length >= 0xc0) return next + 2;
    if (length > 63) return undefined;
    next += 1 + length;
  }
  return next + 1;
}
