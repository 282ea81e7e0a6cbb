import { byteAt, putLong, putShort } from "../wire/bytes.ts";
import { headerSize, tcpLimit, types } from "../wire/constants.ts";
import { optSize, putOpt } from "../wire/edns.ts";
import type { AskedQuery } from "./asked-query.ts";
import {
  lifetimeOf,
  maxDenialSeconds,
  maxSuccessSeconds,
  notRemembered,
  type Lifetime,
  type Sought,
} from "./lifetime.ts";
import { soaMinimum } from "./data-layout.ts";
import { NameCompressor } from "./name-compressor.ts";
import { questionEnd, readRecords, type MessageRecord, type MessageRecords } from "./read-message.ts";
import { isTruncated } from "./upstream-query.ts";

/** An upstream's answer, ready to be put behind the question of whoever asks the same. */
export interface StoredAnswer {
  readonly rcode: number;
  /** The upstream checked its signatures (AD). */
  readonly isAuthentic: boolean;
  /** The upstream resolves for others (RA). */
  readonly isRecursive: boolean;
  /** The upstream left out some of it (TC), and could not be asked over TCP. */
  readonly isCut: boolean;
  /** Records in the answer, authority and additional sections. */
  readonly counts: readonly [number, number, number];
  /** What follows the question. Names in it point at a question of this length. */
  readonly body: Buffer;
  /** Where in `body` each record begins, and behind the last one its end. */
  readonly starts: Uint16Array;
  /** Where in `body` each record's TTL is. */
  readonly ttls: Uint16Array;
  readonly lifetime: Lifetime;
}

/** What an upstream's message says, or undefined where it cannot be read. */
export interface ReadAnswer {
  readonly answer: StoredAnswer;
  /** Whether it had an OPT record: servers without EDNS leave it out (RFC 6891 §7). */
  readonly hasOpt: boolean;
}

/**
 * Takes an upstream's message apart and puts it together anew, so that nothing but well-formed records of a bounded size
 * goes on to anybody, and none of what is between the two of us (OPT, AA, the spelling of the question). Undefined where
 * it is malformed or carries a code only an asker with EDNS could be told.
 */
export function readAnswer(message: Buffer, sought: Sought): ReadAnswer | undefined {
  const end = questionEnd(message);
  const isBare = end === undefined && message.length === headerSize;
  const read = isBare ? none : end === undefined ? undefined : readRecords(message, end);
  if (read === undefined || (read.opt?.extendedRcode ?? 0) !== 0) return undefined;
  const rcode = byteAt(message, 3) & 0x0f;
  const isCut = isTruncated(message);
  const lifetime = lifetimeOf(rcode, read.records, sought);
  const written = write(withCaps(read.records, lifetime), sought.name);
  if (written === undefined) return undefined;
  const answer: StoredAnswer = {
    ...written,
    rcode,
    isAuthentic: (byteAt(message, 3) & 0x20) !== 0,
    isRecursive: (byteAt(message, 3) & 0x80) !== 0,
    isCut,
    // A part is for the one who asked.
    lifetime: isCut ? notRemembered : lifetime,
  };
  return { answer, hasOpt: read.opt !== undefined };
}

const none: MessageRecords = { records: [], opt: undefined };

/** Nobody is told a longer TTL than we keep to; a "no" carries its own in the SOA (RFC 2308 §5). */
function withCaps(records: readonly MessageRecord[], { kind }: Lifetime): readonly MessageRecord[] {
  const cap = kind === "denial" ? maxDenialSeconds : maxSuccessSeconds;
  return records.map((record) => {
    const own = kind === "denial" && record.type === types.SOA ? soaMinimum(record.data) : cap;
    return record.ttl <= Math.min(own, cap) ? record : { ...record, ttl: Math.min(own, cap) };
  });
}

/** Only ever used by one synchronous `write` at a time. */
const scratch = Buffer.alloc(tcpLimit);

function write(
  records: readonly MessageRecord[],
  question: string,
): Pick<StoredAnswer, "body" | "starts" | "ttls" | "counts"> | undefined {
  const first = headerSize + question.length + 5;
  const compressor = new NameCompressor(question);
  const starts = new Uint16Array(records.length + 1);
  const ttls = new Uint16Array(records.length);
  const counts: [number, number, number] = [0, 0, 0];
  let at = first;
  for (const [index, record] of records.entries()) {
    starts[index] = at - first;
    const owner = compressor.name(record.owner, at);
    const fixed = at + owner.length;
    const data = compressor.data(record.data, fixed + 8);
    const next = fixed + 8 + data.length;
    if (next > tcpLimit - optSize) return undefined;
    scratch.write(owner, at, "latin1");
    putShort(scratch, fixed, record.type);
    putShort(scratch, fixed + 2, record.class);
    putLong(scratch, fixed + 4, record.ttl);
    scratch.write(data, fixed + 8, "latin1");
    ttls[index] = fixed + 4 - first;
    counts[record.section] += 1;
    at = next;
  }
  starts[records.length] = at - first;
  // Of its own size: a slice of the pool would keep 8 kB alive.
  const body = Buffer.allocUnsafeSlow(at - first);
  scratch.copy(body, 0, first, at);
  return { body, starts, ttls, counts };
}

/** How TTLs are shown: as many seconds less, or all the same where the records are older than they should be. */
export type Age = { readonly seconds: number } | { readonly staleTtl: number };

/** The whole message for one asker: its id, its spelling, cut at a record to what it takes. */
export function composeAnswer(asked: AskedQuery, answer: StoredAnswer, age: Age): Buffer {
  const { message, end, edns, limit } = asked;
  const fixed = edns === undefined ? end : end + optSize;
  const { body, starts, counts } = answer;
  const kept = recordsWithin(starts, limit - fixed);
  const size = starts[kept] ?? 0;
  const [inAnswer, inAuthority] = counts;
  // Losing only helpful records is no truncation (RFC 2181 §9); losing the proof of a "no" is.
  const needed = inAnswer > 0 ? inAnswer : inAuthority;
  const out = Buffer.allocUnsafe(fixed + size);
  message.copy(out, 0, 0, end);
  out[2] = 0x80 | (answer.isCut || kept < needed ? 0x02 : 0) | (byteAt(message, 2) & 0x01);
  const isAuthentic = answer.isAuthentic && asked.wantsAuthenticity;
  const checking = byteAt(message, 3) & 0x10;
  out[3] = (answer.isRecursive ? 0x80 : 0) | (isAuthentic ? 0x20 : 0) | checking | answer.rcode;
  putShort(out, 4, 1);
  const keptAnswers = Math.min(kept, inAnswer);
  const keptAuthorities = Math.min(kept - keptAnswers, inAuthority);
  putShort(out, 6, keptAnswers);
  putShort(out, 8, keptAuthorities);
  putShort(out, 10, kept - keptAnswers - keptAuthorities + (edns === undefined ? 0 : 1));
  body.copy(out, end, 0, size);
  for (let index = 0; index < kept; index += 1) putAge(out, end + (answer.ttls[index] ?? 0), age);
  if (edns !== undefined) putOpt(out, end + size, { dnssecOk: edns.dnssecOk, extendedRcode: 0 });
  return out;
}

/** How many records from the first on take no more than so many octets. */
function recordsWithin(starts: Uint16Array, room: number): number {
  let count = starts.length - 1;
  while (count > 0 && (starts[count] ?? 0) > room) count -= 1;
  return count;
}

function putAge(out: Buffer, at: number, age: Age): void {
  if ("staleTtl" in age) putLong(out, at, age.staleTtl);
  else putLong(out, at, Math.max(0, out.readUInt32BE(at) - age.seconds));
}

/** An answer without records, of our own. */
export function bareAnswer(rcode: number, lifetime: Lifetime = notRemembered): StoredAnswer {
  return {
    rcode,
    isAuthentic: false,
    isRecursive: true,
    isCut: false,
    counts: [0, 0, 0],
    body: Buffer.alloc(0),
    starts: new Uint16Array(1),
    ttls: new Uint16Array(0),
    lifetime,
  };
}
