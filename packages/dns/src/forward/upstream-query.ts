import { randomFillSync } from "node:crypto";
import { byteAt, putBinary, putShort, shortAt } from "../wire/bytes.ts";
import { headerSize } from "../wire/constants.ts";
import { optSize, putOpt } from "../wire/edns.ts";
import type { UpstreamQuestion } from "./asked-query.ts";
import { foldCase } from "./wire-name.ts";

/**
 * A query to an upstream, as nobody else can guess it: a random id, and each letter of the name in a random case
 * (draft-vixie-dnsext-dns0x20). Says AD, so that the answer's AD bit means something, and our own EDNS, since OPT is between
 * neighbours.
 */
export function upstreamQuery(question: UpstreamQuestion, { withOpt }: { readonly withOpt: boolean }): Buffer {
  const { name } = question;
  const end = headerSize + name.length + 5;
  const query = Buffer.alloc(withOpt ? end + optSize : end);
  const dice = randomFillSync(Buffer.allocUnsafe(2 + 32));
  dice.copy(query, 0, 0, 2);
  query[2] = question.recursionDesired ? 0x01 : 0;
  query[3] = 0x20 | (question.checkingDisabled ? 0x10 : 0);
  putShort(query, 4, 1);
  putShort(query, 10, withOpt ? 1 : 0);
  putBinary(query, headerSize, name);
  for (let at = headerSize; at < end - 5; at += 1) {
    const index = at - headerSize;
    const isUpper = (byteAt(dice, 2 + (index >> 3)) & (1 << (index & 7))) !== 0;
    // Labels' lengths are below the letters.
    if (isUpper && isLowerLetter(byteAt(query, at))) query[at] = byteAt(query, at) - 0x20;
  }
  putShort(query, end - 4, question.type);
  putShort(query, end - 2, question.class);
  if (withOpt) putOpt(query, end, { dnssecOk: question.dnssecOk, extendedRcode: 0 });
  return query;
}

/** Gives a query another id, where its own is taken. */
export function drawId(query: Buffer): void {
  randomFillSync(query, 0, 2);
}

/**
 * What a message is to a query: its answer; perhaps its answer, from a server that does not keep the question's case or says
 * no more than an error's code, but as well from somebody who guessed; or nothing to it.
 */
export function judge(message: Buffer, query: Buffer): "answer" | "doubtful" | "foreign" {
  const isResponse = message.length >= headerSize && (byteAt(message, 2) & 0xf8) === 0x80;
  if (!isResponse || shortAt(message, 0) !== shortAt(query, 0)) return "foreign";
  const isError = (byteAt(message, 3) & 0x0f) !== 0;
  if (shortAt(message, 4) === 0) return isError && message.length === headerSize ? "doubtful" : "foreign";
  const end = queryQuestionEnd(query);
  if (shortAt(message, 4) !== 1 || message.length < end) return "foreign";
  if (query.compare(message, headerSize, end, headerSize, end) === 0) return "answer";
  const [asked, told] = [query, message].map((each) => foldCase(each.toString("latin1", headerSize, end - 4)));
  const isSameKind = query.compare(message, end - 4, end, end - 4, end) === 0;
  return asked === told && isSameKind ? "doubtful" : "foreign";
}

/** Whether a message was cut to what a datagram takes. */
export function isTruncated(message: Buffer): boolean {
  return (byteAt(message, 2) & 0x02) !== 0;
}

/** Our own queries hold one plain name. */
function queryQuestionEnd(query: Buffer): number {
  let at = headerSize;
  while (byteAt(query, at) !== 0) at += 1 + byteAt(query, at);
  return at + 5;
}

function isLowerLetter(octet: number): boolean {
  return octet >= 0x61 && octet <= 0x7a;
}
