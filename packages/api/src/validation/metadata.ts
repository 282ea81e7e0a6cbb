import type { Cause } from "../api-error.ts";
import type { Kind } from "../kinds.ts";

/** Checks names, labels, annotations, finalizers and owners. Source: apimachinery `ValidateObjectMeta`. */
export function validateMetadata(_kind: Kind, _object: unknown): readonly Cause[] {
  return [];
}
