import { byteAt, putBinary, putLong, putShort } from "../wire/bytes.ts";
import { classIn, headerSize, types } from "../wire/constants.ts";
import { optSize, putOpt, type Edns } from "../wire/edns.ts";
import type { RecordSet } from "../zone/record-set.ts";

/** A query as far as its answer depends on it. */
export interface Asked {
  readonly message: Buffer;
  /** Where its question ends. */
  readonly end: number;
  readonly edns: Edns | undefined;
  /** Octets the asker takes. */
  readonly limit: number;
  /** Whether names outside our zones are answered too, which the RA bit tells. */
  readonly isRecursive: boolean;
}

/** The records asked for; their owner is the question's name. */
interface Answer {
  readonly set: RecordSet;
  /** Where the set does not say it. */
  readonly ttlSeconds: number;
  /** What completes the last name of each record's data; empty where nothing is missing. */
  readonly suffix: string;
}

/** What is to be said. Records outside `answer` are whole, as octets in latin1 strings. */
export interface Reply {
  readonly rcode: number;
  /** Whether this server is the one to know. */
  readonly isAuthoritative: boolean;
  readonly answer?: Answer;
  /** In place of an answer: records of several names, in their order. */
  readonly chain?: readonly string[];
  readonly authority?: readonly string[];
  /** Helpful but not asked for: left out where there is no room, and not even made where the answer is cut. */
  readonly additional?: () => readonly string[];
}

/** Octets of a record before its data, when its owner is a pointer. */
const fixedSize = 12;

const none: readonly string[] = [];

/** An answer, and whether all there was to say is in it. */
export interface Composed {
  readonly message: Buffer;
  readonly isWhole: boolean;
}

/** The message of `composeReply` alone. */
export function compose(asked: Asked, reply: Reply): Buffer {
  return composeReply(asked, reply).message;
}

/**
 * Puts an answer together: the question as it was asked (its case too), then prepared records. What does not fit is cut
 * record by record with TC set; the records of a set come in turns.
 */
export function composeReply(asked: Asked, reply: Reply): Composed {
  const { message, end, edns, limit } = asked;
  const { answer, authority = none } = reply;
  const fixed = edns === undefined ? end : end + optSize;
  const records = answer === undefined ? (reply.chain ?? none) : answer.set.records;
  const overhead = answer === undefined ? 0 : fixedSize + answer.suffix.length;
  const first = answer === undefined ? 0 : answer.set.takeTurn();
  const answers = fitting(records, { first, overhead, room: limit - fixed });
  const isCut = answers.count < records.length;
  let size = fixed + answers.octets;
  const authorities = fitting(authority, { first: 0, overhead: 0, room: limit - size });
  size += authorities.octets;
  const additional = isCut || reply.additional === undefined ? none : reply.additional();
  const additionals = fitting(additional, { first: 0, overhead: 0, room: limit - size });
  size += additionals.octets;

  const out = Buffer.allocUnsafe(size);
  // Copying a whole array is four times as fast as copying part of one; what is too much is written over.
  if (message.length <= size) out.set(message);
  else message.copy(out, 0, 0, end);
  out[2] = 0x80 | (reply.isAuthoritative ? 0x04 : 0) | (isCut ? 0x02 : 0) | (byteAt(message, 2) & 0x01);
  out[3] = (asked.isRecursive ? 0x80 : 0) | (reply.rcode & 0x0f);
  putShort(out, 6, answers.count);
  putShort(out, 8, authorities.count);
  putShort(out, 10, edns === undefined ? additionals.count : additionals.count + 1);
  let at = end;
  if (answer === undefined) at = putRecords(out, at, { records, count: answers.count });
  else at = putSet(out, at, { answer, first, count: answers.count });
  at = putRecords(out, at, { records: authority, count: authorities.count });
  at = putRecords(out, at, { records: additional, count: additionals.count });
  if (edns !== undefined) putOpt(out, at, { dnssecOk: edns.dnssecOk, extendedRcode: reply.rcode >>> 4 });
  return {
    message: out,
    isWhole: !isCut && authorities.count === authority.length && additionals.count === additional.length,
  };
}

/** A header alone, for what cannot be read as a question. */
export function composeError(message: Buffer, rcode: number): Buffer {
  const out = Buffer.alloc(headerSize);
  message.copy(out, 0, 0, 2);
  out[2] = 0x80 | (byteAt(message, 2) & 0x79);
  out[3] = rcode;
  return out;
}

/** As many of the records, from the `first` on in a ring, as there is room for. */
function fitting(
  records: readonly string[],
  { first, overhead, room }: { first: number; overhead: number; room: number },
): { count: number; octets: number } {
  let octets = 0;
  let count = 0;
  for (let next = first; count < records.length; next = next + 1 === records.length ? 0 : next + 1) {
    const length = overhead + (records[next] ?? "").length;
    if (octets + length > room) break;
    octets += length;
    count += 1;
  }
  return { count, octets };
}

/** Writes the first records and returns where they end. */
function putRecords(
  out: Buffer,
  start: number,
  { records, count }: { records: readonly string[]; count: number },
): number {
  let at = start;
  for (let index = 0; index < count; index += 1) at = putBinary(out, at, records[index] ?? "");
  return at;
}

/** Writes records of a set, in a ring, and returns where they end. */
function putSet(out: Buffer, start: number, part: { answer: Answer; first: number; count: number }): number {
  const { answer, first, count } = part;
  const { set, suffix } = answer;
  const { records, type } = set;
  const ttlSeconds = set.ttlSeconds ?? answer.ttlSeconds;
  let at = start;
  let next = first;
  for (let index = 0; index < count; index += 1) {
    const data = records[next] ?? "";
    // The owner is the question's name, so one record serves every spelling of it (0x20) and every zone.
    putShort(out, at, 0xc000 | headerSize);
    putShort(out, at + 2, type);
    putShort(out, at + 4, classIn);
    putLong(out, at + 6, ttlSeconds);
    putShort(out, at + 10, data.length + suffix.length);
    const end = putBinary(out, putBinary(out, at + fixedSize, data), suffix);
    if (type === types.SRV) putShort(out, at + fixedSize + 2, weightOf(records.length));
    at = end;
    next = next + 1 === records.length ? 0 : next + 1;
  }
  return at;
}

/** All targets weigh the same. Source: CoreDNS plugin/backend_lookup.go, `SRV`. */
export function weightOf(count: number): number {
  return Math.max(1, Math.floor(100 / count));
}
