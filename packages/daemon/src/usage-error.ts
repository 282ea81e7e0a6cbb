import { describeError } from "@ordinal/runtime";

/** What the user gave cannot be used; the message says what and how to mend it. No stack is shown. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** A user's mistake in the words made for the user; anything else with what caused it. */
export function wordsOf(error: unknown): string {
  return error instanceof UsageError ? error.message : describeError(error);
}
