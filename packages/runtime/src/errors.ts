/** Whether this is a system error with this code, such as `ENOENT`. */
export function hasCode(error: unknown, ...codes: readonly string[]): error is NodeJS.ErrnoException {
  return error instanceof Error && "code" in error && codes.includes(String(error.code));
}

/** The message of anything thrown, with its causes, on one line; a cause that the message tells already is not told again. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const causes: readonly unknown[] =
    error instanceof AggregateError ? error.errors : error.cause === undefined ? [] : [error.cause];
  const untold = causes.map(describeError).filter((cause) => !error.message.includes(cause));
  return untold.length === 0 ? error.message : `${error.message}: ${untold.join("; ")}`;
}

/** Ends an exhaustive switch: reached only when the types were wrong. */
export function unreachable(value: never): never {
  throw new TypeError(`unexpected value ${JSON.stringify(value)}`);
}
