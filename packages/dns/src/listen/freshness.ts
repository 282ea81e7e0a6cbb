import { byteAt, shortAt } from "../wire/bytes.ts";
import { headerSize, rcodes, types } from "../wire/constants.ts";

/**
 * How many seconds an answer may be kept by whoever carries it: the least TTL of its answer section or, where that is empty,
 * what its SOA allows for a miss (RFC 8484 §5.1, RFC 2308 §5). 0 for failures, and for what cannot be read.
 */
export function freshnessOf(message: Buffer): number {
  if (message.length < headerSize) return 0;
  const rcode = byteAt(message, 3) & 0x0f;
  if (rcode !== rcodes.NOERROR && rcode !== rcodes.NXDOMAIN) return 0;
  let at = headerSize;
  for (let left = shortAt(message, 4); left > 0; left -= 1) at = nameEnd(message, at) + 4;
  const answers = shortAt(message, 6);
  const authorities = shortAt(message, 8);
  let least = Infinity;
  for (let index = 0; index < answers + authorities; index += 1) {
    const fixed = nameEnd(message, at);
    const end = fixed + 10 + (fixed + 10 <= message.length ? shortAt(message, fixed + 8) : 0);
    if (fixed + 10 > message.length || end > message.length) return 0;
    if (index < answers) least = Math.min(least, ttlAt(message, fixed + 4));
    // The SOA's last field is the minimum.
    else if (answers === 0 && shortAt(message, fixed) === types.SOA && end - fixed >= 14) {
      least = Math.min(least, ttlAt(message, fixed + 4), ttlAt(message, end - 4));
    }
    at = end;
  }
  return least === Infinity ? 0 : least;
}

/** A TTL with its highest bit set is none at all. Source: RFC 2181 §8. */
function ttlAt(message: Buffer, at: number): number {
  const seconds = message.readUInt32BE(at);
  return seconds > 0x7fff_ffff ? 0 : seconds;
}

/** Where the name at `at` ends; beyond the message where it does not. */
function nameEnd(message: Buffer, at: number): number {
  let next = at;
  while (next < message.length) {
    const length = byteAt(message, next);
    if (length === 0) return next + 1;
    if (length >= 0xc0) return next + 2;
    next += 1 + length;
  }
  return message.length + 1;
}
