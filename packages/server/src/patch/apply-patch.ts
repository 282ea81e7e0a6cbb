import type { Kind } from "@ordinal/api";
import { typeNameOf } from "@ordinal/api";
import { applyJsonPatch } from "./json-patch.ts";
import { applyMergePatch } from "./merge-patch.ts";
import { applyStrategicPatch } from "./strategic-patch.ts";

export interface PatchRequest {
  readonly type: "json" | "merge" | "strategic";
  /** The body as it was sent: an array of operations for `json`, an object otherwise. */
  readonly body: unknown;
  /** The object as it is now; it is not changed. */
  readonly current: unknown;
  readonly kind: Pick<Kind, "group" | "version" | "kind">;
}

/**
 * The object with the patch applied, not yet checked. A patch that cannot be read is an ApiError BadRequest; one that
 * does not fit the object is Invalid.
 */
export function applyPatch({ type, body, current, kind }: PatchRequest): unknown {
  switch (type) {
    case "json":
      return applyJsonPatch(current, body);
    case "merge":
      return applyMergePatch(current, body);
    case "strategic":
      return applyStrategicPatch(current, { patch: body, typeName: typeNameOf(kind) });
    default:
      return type satisfies never;
  }
}
