import { Packet, type Resource } from "dns2";
import { byteAt, shortAt } from "./wire/bytes.ts";
import { classIn, headerSize, queryLimit, types } from "./wire/constants.ts";
import type { Edns } from "./wire/edns.ts";

/** A record as dns2 takes it, for everything but addresses. Names are dotted and absolute. */
export type CodecRecord = Partial<Resource> & {
  readonly name: string;
  readonly type: number;
  readonly ttl: number;
};

/** More records than this in a query are not a question. */
const queryRecordLimit = 32;

/**
 * The records as octets in latin1 strings, as they stand after a question for `questionName`: names are compressed
 * against the question and against each other, so they belong together, in this order, in one answer.
 */
export function encodeRecords(questionName: string, records: readonly CodecRecord[]): readonly string[] {
  const packet = new Packet();
  packet.questions = [new Packet.Question(questionName, types.A, classIn)];
  packet.answers = records.map((record) => new Packet.Resource({ class: classIn, ...record }));
  const message = packet.toBuffer();
  const encoded: string[] = [];
  let at = skipName(message, headerSize) + 4;
  while (at < message.length) {
    const fixed = skipName(message, at);
    const end = fixed + 10 + shortAt(message, fixed + 8);
    encoded.push(message.toString("latin1", at, end));
    at = end;
  }
  return encoded;
}

/** What dns2 makes of a response code that is too large; in a query it means nothing anyway. */
const cappedRcode = 0x7f;

/** What follows the question of an unusual query: its OPT record, if any; `malformed` where it cannot be read. */
export type Extras = { readonly is: "read"; readonly edns: Edns | undefined } | { readonly is: "malformed" };

/** Reads a query with more in it than a question and one OPT record. Bounded: dns2 reads bit by bit. */
export function readExtras(message: Buffer): Extras {
  const records = shortAt(message, 6) + shortAt(message, 8) + shortAt(message, 10);
  if (message.length > queryLimit || records > queryRecordLimit) return { is: "malformed" };
  const { errors, additionals } = Packet.parse(message);
  const opts = additionals.filter((record) => record.type === types.OPT);
  const [opt] = opts;
  if (errors.length > 0 || opts.length > 1) return { is: "malformed" };
  // dns2 takes the eight octets' first half for seconds and caps it: what is capped says nothing about version and flags.
  if (opt?.extendedRcode === cappedRcode) return { is: "malformed" };
  if (opt === undefined) return { is: "read", edns: undefined };
  return { is: "read", edns: { size: opt.class, version: opt.version ?? 0, dnssecOk: opt.doFlag === true } };
}

/** Where the name at `at` ends; only for messages of our own making. */
function skipName(message: Uint8Array, at: number): number {
  let next = at;
  for (let length = byteAt(message, next); length !== 0; length = byteAt(message, next)) {
    if (length >= 0xc0) return next + 2;
    next += 1 + length;
  }
  return next + 1;
}
