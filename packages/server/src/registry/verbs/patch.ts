import { ApiError, type Kind, type KubeObject } from "@ordinal/api";
import type { Patch, Ref } from "@ordinal/client";
import { applyPatch } from "../../patch/apply-patch.ts";
import { decode } from "../admission/decode.ts";
import type { Context } from "../context.ts";
import type { GivenObject } from "../metadata.ts";
import { changeObject } from "./change.ts";
import { decideUpdate } from "./update.ts";

/**
 * Changes the parts of an object that the patch names. Starts over on the newest version when somebody else wrote in
 * between; a patch that names a resourceVersion fails then, because it no longer is the object's.
 */
export async function patchObject(
  context: Context,
  kind: Kind,
  { at, patch }: { readonly at: Ref; readonly patch: Patch },
): Promise<KubeObject> {
  return await changeObject(context, kind, {
    at,
    dryRun: patch.dryRun,
    async decide(current) {
      const patched = applyPatch({ type: patch.type, body: patch.body, kind, current });
      const next = decode(kind, patched, patch);
      checkName(next, current);
      return await decideUpdate(context, kind, {
        next,
        current,
        subresource: patch.subresource,
        nowMs: context.clock.now(),
      });
    },
  });
}

function checkName(next: GivenObject, { metadata }: KubeObject): void {
  if (next.metadata.name !== metadata.name) {
    const why = `the name of the object (${next.metadata.name}) does not match the name on the URL (${metadata.name})`;
    throw new ApiError("BadRequest", why);
  }
  if (next.metadata.namespace !== metadata.namespace) {
    throw new ApiError(
      "BadRequest",
      "the namespace of the provided object does not match the namespace sent on the request",
    );
  }
}
