import type { Cause } from "../api-error.ts";
import type { Kind } from "../kinds.ts";
import { validateMetadata } from "./metadata.ts";

/** Upstream's checks of a new object, which must have passed `checkFields` and `withDefaults`. Empty: nothing is wrong. */
export function validateCreate(kind: Kind, object: unknown): readonly Cause[] {
  return validateMetadata(kind, object);
}

/** Upstream's checks of a change from `before` to `next`, both defaulted. */
export function validateUpdate(kind: Kind, next: unknown, before: unknown): readonly Cause[] {
  return [...validateMetadata(kind, next), ...(before === next ? [] : [])];
}
