/** What the user gave cannot be used; the message says what and how to mend it. No stack is shown. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
