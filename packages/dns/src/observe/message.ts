import { byteAt, shortAt } from "../wire/bytes.ts";
import { headerSize, types } from "../wire/constants.ts";

/** Where the closing zero of the question's name is; 0 where there is no plain name, or not type and class behind it. */
export function questionNameEnd(message: Uint8Array): number {
  const { length } = message;
  let at = headerSize;
  while (at < length) {
    const label = byteAt(message, at);
    if (label === 0) return at + 5 <= length && shortAt(message, 4) > 0 ? at : 0;
    if (label > 63 || at > headerSize + 253) return 0;
    at += 1 + label;
  }
  return 0;
}

/** Whether a query says DO in its OPT record, when that stands right behind the question, as resolvers send it. */
export function wantsDnssec(message: Uint8Array, end: number): boolean {
  return byteAt(message, 11) !== 0 && isOpt(message, end) && (byteAt(message, end + 7) & 0x80) !== 0;
}

/** The size that a query says in its OPT record, under the same condition; 0 otherwise. */
export function ednsSize(message: Uint8Array, end: number): number {
  return byteAt(message, 11) !== 0 && isOpt(message, end) ? shortAt(message, end + 3) : 0;
}

/**
 * The response code. Its upper eight bits are in the OPT record (RFC 6891 §6.1.3), which is looked for only behind a
 * question without records: no code above 15 comes with any.
 */
export function rcodeOf(answer: Uint8Array): number {
  const low = byteAt(answer, 3) & 0x0f;
  const isBare = byteAt(answer, 7) === 0 && byteAt(answer, 9) === 0 && byteAt(answer, 11) !== 0;
  return isBare ? extendedRcode(answer, low) : low;
}

function extendedRcode(answer: Uint8Array, low: number): number {
  const nameEnd = questionNameEnd(answer);
  const end = nameEnd === 0 ? headerSize : nameEnd + 5;
  return isOpt(answer, end) ? (byteAt(answer, end + 5) << 4) | low : low;
}

function isOpt(message: Uint8Array, at: number): boolean {
  return byteAt(message, at) === 0 && byteAt(message, at + 1) === 0 && byteAt(message, at + 2) === types.OPT;
}
