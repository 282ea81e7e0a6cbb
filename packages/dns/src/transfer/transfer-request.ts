import type { Asked } from "../answers/compose.ts";
import { byteAt, shortAt } from "../wire/bytes.ts";
import { types } from "../wire/constants.ts";
import { lastOpt, type Edns } from "../wire/edns.ts";

/** What a request for a zone says beyond its question. */
export interface TransferRequest {
  /** The version the asker has, from the SOA record in the authority section (RFC 1995 §3); undefined without one. */
  readonly serial: number | undefined;
  readonly edns: Edns | undefined;
}

/** Reads what stands behind the question. Anything else there, such as a signature, is left unread. */
export function readRequest({ message, end }: Pick<Asked, "message" | "end">): TransferRequest {
  const soa = shortAt(message, 6) === 0 && shortAt(message, 8) === 1 ? readSoa(message, end) : undefined;
  const at = soa?.end ?? end;
  return { serial: soa?.serial, edns: shortAt(message, 10) > 0 ? lastOpt(message, at) : undefined };
}

function readSoa(message: Buffer, at: number): { serial: number; end: number } | undefined {
  const fixed = nameEnd(message, at);
  if (fixed === undefined || shortAt(message, fixed) !== types.SOA) return undefined;
  const end = fixed + 10 + shortAt(message, fixed + 8);
  const admin = nameEnd(message, fixed + 10);
  const numbers = admin === undefined ? undefined : nameEnd(message, admin);
  if (numbers === undefined || numbers + 20 !== end || end > message.length) return undefined;
  return { serial: message.readUInt32BE(numbers), end };
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
