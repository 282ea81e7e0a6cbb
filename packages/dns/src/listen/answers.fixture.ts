import type { Respond } from "../answers/respond.ts";
import { shorts } from "../message.fixture.ts";
import { QuestionReader } from "../wire/question.ts";

const reader = new QuestionReader();

/** Answers any question with 127.0.0.7, to be kept for 5 s. */
export const answerAddress: Respond = (message) => {
  if (message.length < 12 || !reader.read(message)) return undefined;
  const header = Buffer.concat([message.subarray(0, 2), shorts(0x8580, 1, 1, 0, 0)]);
  const record = Buffer.concat([shorts(0xc00c, 1, 1, 0, 5, 4), Buffer.from([127, 0, 0, 7])]);
  return Buffer.concat([header, message.subarray(12, reader.end), record]);
};

/** A miss: NXDOMAIN with an SOA whose TTL is 30 and whose minimum is 7. */
export function denial(message: Buffer): Buffer {
  reader.read(message);
  const header = Buffer.concat([message.subarray(0, 2), shorts(0x8583, 1, 0, 1, 0)]);
  const numbers = shorts(0, 1, 0, 2, 0, 3, 0, 4, 0, 7);
  const soa = Buffer.concat([shorts(0xc00c, 6, 1, 0, 30, 4 + 20, 0xc00c, 0xc00c), numbers]);
  return Buffer.concat([header, message.subarray(12, reader.end), soa]);
}

/** Answers that come when the test says so, by the text of the query. */
export function createLater(): {
  respond: Respond;
  answer(text: string, messages: readonly Buffer[]): void;
  asked(): number;
} {
  const waiting = new Map<string, (messages: readonly Buffer[]) => void>();
  return {
    respond: (message) =>
      new Promise((resolve) => {
        waiting.set(String(message).trimEnd(), resolve);
      }),
    answer(text, messages) {
      const resolve = waiting.get(text);
      if (resolve === undefined) throw new Error(`nobody asked ${text}`);
      waiting.delete(text);
      resolve(messages);
    },
    asked: () => waiting.size,
  };
}
