import type { Transport } from "../answers/respond.ts";
import { byteAt, shortAt } from "../wire/bytes.ts";
import { classIn, headerSize, tcpLimit } from "../wire/constants.ts";
import { udpLimitOf, type Edns } from "../wire/edns.ts";
import type { Sought } from "./lifetime.ts";
import { questionEnd, readRecords } from "./read-message.ts";
import { foldCase } from "./wire-name.ts";

/** A question as an upstream is asked: whoever asks the same may get the same answer. */
export interface UpstreamQuestion extends Sought {
  readonly recursionDesired: boolean;
  readonly checkingDisabled: boolean;
  readonly dnssecOk: boolean;
  /** Tells questions apart. */
  readonly key: string;
}

/** A query as far as its answer depends on it. */
export interface AskedQuery extends UpstreamQuestion {
  readonly message: Buffer;
  /** Where its question ends. */
  readonly end: number;
  readonly edns: Edns | undefined;
  /** Octets the asker takes. */
  readonly limit: number;
  /** Wants to know whether signatures were checked: says DO or AD. Source: RFC 6840 §5.7. */
  readonly wantsAuthenticity: boolean;
}

/** Reads a query; undefined where it is not a whole one with one question. */
export function readAskedQuery(message: Buffer, transport: Transport): AskedQuery | undefined {
  const end = questionEnd(message);
  const read = end === undefined ? undefined : readRecords(message, end);
  if (end === undefined || read === undefined) return undefined;
  const { opt } = read;
  const edns = opt === undefined ? undefined : { size: opt.size, version: opt.version, dnssecOk: opt.dnssecOk };
  const flags = byteAt(message, 3);
  const dnssecOk = edns?.dnssecOk ?? false;
  const question = upstreamQuestion({
    name: foldCase(message.toString("latin1", headerSize, end - 5)),
    type: shortAt(message, end - 4),
    class: shortAt(message, end - 2),
    recursionDesired: (byteAt(message, 2) & 0x01) !== 0,
    checkingDisabled: (flags & 0x10) !== 0,
    dnssecOk,
  });
  const limit = transport === "udp" ? udpLimitOf(edns) : tcpLimit;
  return { ...question, message, end, edns, limit, wantsAuthenticity: dnssecOk || (flags & 0x20) !== 0 };
}

/** The question of a plain resolver for records of a type at a name (lower-case labels without the closing zero). */
export function plainQuestion(name: string, type: number): UpstreamQuestion {
  return upstreamQuestion({
    name,
    type,
    class: classIn,
    recursionDesired: true,
    checkingDisabled: false,
    dnssecOk: false,
  });
}

function upstreamQuestion(question: Omit<UpstreamQuestion, "key">): UpstreamQuestion {
  const { name, type, recursionDesired, checkingDisabled, dnssecOk } = question;
  const flags = (recursionDesired ? 1 : 0) | (checkingDisabled ? 2 : 0) | (dnssecOk ? 4 : 0);
  return { ...question, key: String.fromCharCode(flags, type, question.class) + name };
}
