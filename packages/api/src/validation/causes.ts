import type { Cause } from "../api-error.ts";
import { field } from "./field-errors.ts";

/** What is wrong, found one by one. */
export type Causes = Generator<Cause, void, undefined>;

/** One `Invalid value` for each message. */
export function* invalidEach(path: string, value: unknown, messages: readonly (string | undefined)[]): Causes {
  for (const message of messages) if (message !== undefined) yield field.invalid(path, value, message);
}

export function* nonnegative(path: string, value: number | undefined): Causes {
  if (value !== undefined && value < 0) yield field.invalid(path, value, "must be greater than or equal to 0");
}

/** A value out of a closed list; a missing one is required. */
export function* oneOf(path: string, value: string | undefined, supported: readonly string[]): Causes {
  if (value === undefined || value === "") yield field.required(path);
  else if (!supported.includes(value)) yield field.notSupported(path, value, supported);
}

/** A value out of a closed list, if there is one. */
export function* oneOfIfAny(path: string, value: string | undefined, supported: readonly string[]): Causes {
  if (value !== undefined && !supported.includes(value)) yield field.notSupported(path, value, supported);
}
