import type { RecordSet } from "../zone/record-set.ts";
import { byteAt, putBinary, putShort } from "../wire/bytes.ts";
import { headerSize } from "../wire/constants.ts";
import { optSize, putOpt, type Edns } from "../wire/edns.ts";

/** A query as far as its answer depends on it. */
export interface Asked {
  readonly message: Buffer;
  /** Where its question ends. */
  readonly end: number;
  readonly edns: Edns | undefined;
  /** Octets the asker takes. */
  readonly limit: number;
}

/** What is to be said. */
export interface Reply {
  readonly rcode: number;
  /** Whether this server is the one to know. */
  readonly authoritative: boolean;
  readonly answer?: RecordSet | undefined;
  readonly authority?: readonly string[];
  /** Helpful but not asked for: left out where there is no room. */
  readonly additional?: readonly string[];
}

/**
 * Puts an answer together: the question as it was asked (its case too), then prepared records. What does not fit is cut
 * record by record with TC set; the records of a set come in turns.
 */
export function compose(asked: Asked, reply: Reply): Buffer {
  const { message, end, edns, limit } = asked;
  const { answer, authority, additional } = reply;
  const fixed = edns === undefined ? end : end + optSize;
  const answers =
    answer === undefined ? nothing : fitting(answer.records, { first: answer.takeTurn(), room: limit - fixed });
  const isCut = answer !== undefined && answers.count < answer.records.length;
  let size = fixed + answers.octets;
  const authorities = authority === undefined ? nothing : fitting(authority, { first: 0, room: limit - size });
  size += authorities.octets;
  const isLeftOut = additional === undefined || isCut;
  const additionals = isLeftOut ? nothing : fitting(additional, { first: 0, room: limit - size });
  size += additionals.octets;

  const out = Buffer.allocUnsafe(size);
  // Copying a whole array is four times as fast as copying part of one; what is too much is written over.
  if (message.length <= size) out.set(message);
  else message.copy(out, 0, 0, end);
  out[2] = 0x80 | (reply.authoritative ? 0x04 : 0) | (isCut ? 0x02 : 0) | (byteAt(message, 2) & 0x01);
  out[3] = reply.rcode & 0x0f;
  putShort(out, 6, answers.count);
  putShort(out, 8, authorities.count);
  putShort(out, 10, edns === undefined ? additionals.count : additionals.count + 1);
  let at = putPart(out, end, answers);
  if (authorities !== nothing) at = putPart(out, at, authorities);
  if (additionals !== nothing) at = putPart(out, at, additionals);
  if (edns !== undefined) putOpt(out, at, { dnssecOk: edns.dnssecOk, extendedRcode: reply.rcode >>> 4 });
  return out;
}

/** A header alone, for what cannot be read as a question. */
export function composeError(message: Buffer, rcode: number): Buffer {
  const out = Buffer.alloc(headerSize);
  message.copy(out, 0, 0, 2);
  out[2] = 0x80 | (byteAt(message, 2) & 0x79);
  out[3] = rcode;
  return out;
}

/** So many records from the `first` on, in a ring. */
interface Part {
  readonly records: readonly string[];
  readonly first: number;
  readonly count: number;
  readonly octets: number;
}

const nothing: Part = { records: [], first: 0, count: 0, octets: 0 };

/** As many of the records as there is room for. */
function fitting(records: readonly string[], { first, room }: { first: number; room: number }): Part {
  let octets = 0;
  let count = 0;
  for (let next = first; count < records.length; next = next + 1 === records.length ? 0 : next + 1) {
    const { length } = records[next] ?? "";
    if (octets + length > room) break;
    octets += length;
    count += 1;
  }
  return { records, first, count, octets };
}

/** Returns where the part ends. */
function putPart(out: Buffer, start: number, { records, first, count }: Part): number {
  let at = start;
  let next = first;
  for (let index = 0; index < count; index += 1) {
    at = putBinary(out, at, records[next] ?? "");
    next = next + 1 === records.length ? 0 : next + 1;
  }
  return at;
}
