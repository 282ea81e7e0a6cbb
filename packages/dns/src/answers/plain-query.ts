import { byteAt, shortAt } from "../wire/bytes.ts";
import { headerSize, tcpLimit, types } from "../wire/constants.ts";
import { optSize, udpLimitOf } from "../wire/edns.ts";
import type { Asked } from "./compose.ts";
import type { Transport } from "./respond.ts";

/**
 * A query as nearly all are: one question, and at most an OPT record of version 0 behind it. Read in place, one after the
 * other, so that the hot path allocates nothing here; what it says is true until the next `read`.
 */
export class PlainQuery implements Asked {
  message: Buffer = Buffer.alloc(0);
  end = 0;
  edns: { size: number; version: number; dnssecOk: boolean } | undefined;
  limit = 0;
  readonly isRecursive: boolean;
  readonly #edns = { size: 0, version: 0, dnssecOk: false };

  constructor(isRecursive: boolean) {
    this.isRecursive = isRecursive;
  }

  /** False for any other message, also for one that is no query. */
  read(message: Buffer, transport: Transport): boolean {
    const { length } = message;
    // Neither an answer nor another operation than a query; one question, no answers, no authorities.
    if ((byteAt(message, 2) & 0xf8) !== 0 || byteAt(message, 5) !== 1 || byteAt(message, 10) !== 0) return false;
    if ((byteAt(message, 4) | byteAt(message, 6) | byteAt(message, 7) | byteAt(message, 8) | byteAt(message, 9)) !== 0)
      return false;
    const end = questionEnd(message);
    if (end === 0 || !this.#readOpt(message, end, length)) return false;
    this.message = message;
    this.end = end;
    this.limit = transport === "udp" ? udpLimitOf(this.edns) : tcpLimit;
    return true;
  }

  #readOpt(message: Buffer, end: number, length: number): boolean {
    if (byteAt(message, 11) === 0) {
      this.edns = undefined;
      return length === end;
    }
    if (byteAt(message, 11) !== 1 || byteAt(message, end) !== 0 || shortAt(message, end + 1) !== types.OPT)
      return false;
    if (byteAt(message, end + 6) !== 0 || end + optSize + shortAt(message, end + 9) !== length) return false;
    this.#edns.size = shortAt(message, end + 3);
    this.#edns.dnssecOk = (byteAt(message, end + 7) & 0x80) !== 0;
    this.edns = this.#edns;
    return true;
  }
}

/** Where the question ends; 0 where its name is compressed, too long, or cut short. */
function questionEnd(message: Buffer): number {
  const { length } = message;
  let at = headerSize;
  for (let label = byteAt(message, at); label !== 0; label = byteAt(message, at)) {
    at += 1 + label;
    if (label > 63 || at > headerSize + 254 || at >= length) return 0;
  }
  return at + 5 <= length ? at + 5 : 0;
}
