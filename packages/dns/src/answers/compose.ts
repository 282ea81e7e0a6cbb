import type { RecordSet } from "../zone/record-set.ts";
import { byteAt, putBinary, putShort } from "../wire/bytes.ts";
import { headerSize, tcpLimit } from "../wire/constants.ts";
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

/** Puts an answer together. What it gives back is the caller's for good. */
export type Compose = (asked: Asked, reply: Reply) => Buffer;

/**
 * An answer is the question as it was asked (its case too), then prepared records. What does not fit is cut record by
 * record with TC set; the records of a set come in turns. Written on one sheet that is used again and again.
 */
export function createComposer(): Compose {
  const sheet = Buffer.allocUnsafeSlow(tcpLimit);

  return function compose({ message, end, edns, limit }, reply) {
    const { answer, authority = none, additional = none } = reply;
    const last = edns === undefined ? limit : limit - optSize;
    let at = end;

    let answers = 0;
    if (answer !== undefined) {
      const { records } = answer;
      let next = answer.takeTurn();
      for (; answers < records.length; answers += 1) {
        const record = records[next] ?? "";
        if (at + record.length > last) break;
        at = putBinary(sheet, at, record);
        next = next + 1 === records.length ? 0 : next + 1;
      }
    }
    const isCut = answer !== undefined && answers < answer.records.length;

    let authorities = 0;
    for (const record of authority) {
      if (at + record.length > last) break;
      at = putBinary(sheet, at, record);
      authorities += 1;
    }
    let additionals = 0;
    for (const record of isCut ? none : additional) {
      if (at + record.length > last) break;
      at = putBinary(sheet, at, record);
      additionals += 1;
    }
    if (edns !== undefined) {
      at = putOpt(sheet, at, { dnssecOk: edns.dnssecOk, extendedRcode: reply.rcode >>> 4 });
      additionals += 1;
    }

    const out = Buffer.allocUnsafe(at);
    sheet.copy(out, end, end, at);
    message.copy(out, 0, 0, end);
    out[2] = 0x80 | (reply.authoritative ? 0x04 : 0) | (isCut ? 0x02 : 0) | (byteAt(message, 2) & 0x01);
    out[3] = reply.rcode & 0x0f;
    putShort(out, 6, answers);
    putShort(out, 8, authorities);
    putShort(out, 10, additionals);
    return out;
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
