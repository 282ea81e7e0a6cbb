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

const none: readonly string[] = [];

/**
 * Puts an answer together: the question as it was asked (its case too), then prepared records. What does not fit is cut
 * record by record with TC set; the records of a set come in turns.
 */
export function compose(asked: Asked, reply: Reply): Buffer {
  const { message, end, edns, limit } = asked;
  const { answer, authority = none, additional = none } = reply;
  const reserved = end + (edns === undefined ? 0 : optSize);
  const turn = answer === undefined ? 0 : answer.takeTurn();
  const answers = answer === undefined ? nothing : fitSet(answer, { turn, room: limit - reserved });
  const authorities = fit(authority, limit - reserved - answers.octets);
  const isCut = answer !== undefined && answers.count < answer.records.length;
  const additionals = isCut ? nothing : fit(additional, limit - reserved - answers.octets - authorities.octets);
  const out = Buffer.allocUnsafe(reserved + answers.octets + authorities.octets + additionals.octets);

  message.copy(out, 0, 0, end);
  out[2] = 0x80 | (reply.authoritative ? 0x04 : 0) | (isCut ? 0x02 : 0) | (byteAt(message, 2) & 0x01);
  out[3] = reply.rcode & 0x0f;
  putShort(out, 4, 1);
  putShort(out, 6, answers.count);
  putShort(out, 8, authorities.count);
  putShort(out, 10, additionals.count + (edns === undefined ? 0 : 1));
  let at = end;
  if (answer !== undefined) {
    const { records } = answer;
    for (let index = 0, from = turn; index < answers.count; index += 1) {
      at = putBinary(out, at, records[from] ?? "");
      from = from + 1 === records.length ? 0 : from + 1;
    }
  }
  for (let index = 0; index < authorities.count; index += 1) at = putBinary(out, at, authority[index] ?? "");
  for (let index = 0; index < additionals.count; index += 1) at = putBinary(out, at, additional[index] ?? "");
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

/** How many records fit, and the octets they take. */
interface Fit {
  readonly count: number;
  readonly octets: number;
}

const nothing: Fit = { count: 0, octets: 0 };

function fitSet(set: RecordSet, { turn, room }: { turn: number; room: number }): Fit {
  const { records, octets } = set;
  if (octets <= room) return { count: records.length, octets };
  let taken = 0;
  let count = 0;
  for (let from = turn; count < records.length; from = from + 1 === records.length ? 0 : from + 1) {
    const { length } = records[from] ?? "";
    if (taken + length > room) break;
    taken += length;
    count += 1;
  }
  return { count, octets: taken };
}

function fit(records: readonly string[], room: number): Fit {
  let taken = 0;
  let count = 0;
  for (const { length } of records) {
    if (taken + length > room) break;
    taken += length;
    count += 1;
  }
  return { count, octets: taken };
}
