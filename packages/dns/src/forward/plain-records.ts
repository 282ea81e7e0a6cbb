import { putBinary } from "../wire/bytes.ts";
import { headerSize, tcpLimit } from "../wire/constants.ts";
import { encodeRecord } from "../wire/record.ts";
import type { UpstreamQuestion } from "./asked-query.ts";
import { plainData } from "./data-layout.ts";
import { chainOf } from "./lifetime.ts";
import { readRecords } from "./read-message.ts";
import { composeAnswer, type Age, type StoredAnswer } from "./stored-answer.ts";
import { upstreamQuery } from "./upstream-query.ts";

/**
 * The records of an answer that lead from the question's name to what was asked for, in that order, each whole as octets in
 * a latin1 string with nothing compressed, so that they can be put into any message.
 */
export function plainRecords(question: UpstreamQuestion, answer: StoredAnswer, age: Age): readonly string[] {
  const message = upstreamQuery(question, { withOpt: false });
  // In lower case, which becomes the first owner's.
  putBinary(message, headerSize, question.name);
  const end = headerSize + question.name.length + 5;
  const asked = { ...question, message, end, edns: undefined, limit: tcpLimit, wantsAuthenticity: false };
  const records = readRecords(composeAnswer(asked, answer, age), end)?.records ?? [];
  return chainOf(records, question).map((record) =>
    encodeRecord(`${record.owner}\0`, {
      type: record.type,
      class: record.class,
      ttlSeconds: record.ttl,
      data: plainData(record.data),
    }),
  );
}
