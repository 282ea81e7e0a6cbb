import {
  ApiError,
  invalid,
  validateUpdate,
  type Cause,
  type Kind,
  type KubeObject,
  type Namespace,
} from "@ordinal/api";
import type { ReplaceOptions } from "@ordinal/client";
import { decode } from "../admission/decode.ts";
import type { Context } from "../context.ts";
import { conflict } from "../failures.ts";
import type { GivenObject } from "../metadata.ts";
import { isSameJson } from "../same-json.ts";
import { strategyOf } from "../strategy/strategies.ts";
import { changeObject, type Decision } from "./change.ts";
import { prepareUpdate, type Update } from "./prepare-update.ts";

/** Replaces an object, its status, or a namespace's finalizers. Throws ApiError NotFound, Conflict, Invalid or BadRequest. */
export async function updateObject(
  context: Context,
  kind: Kind,
  { object, options }: { readonly object: unknown; readonly options: ReplaceOptions },
): Promise<KubeObject> {
  const next = decode(kind, object, options);
  const { name = "", namespace = "", resourceVersion = "" } = next.metadata;
  if (name === "") throw new ApiError("BadRequest", "name must be provided");
  if (strategyOf(kind.plural).needsVersion && resourceVersion === "") throw invalid(kind, name, [versionMissing]);
  return await changeObject(context, kind, {
    at: kind.namespaced ? { namespace, name } : { name },
    dryRun: options.dryRun,
    decide: (current) => {
      const { subresource, withStatus } = options;
      return decideUpdate(context, kind, { next, current, subresource, withStatus, nowMs: context.clock.now() });
    },
  });
}

/** What an update comes to, given what is stored. Throws ApiError Conflict, Invalid or Forbidden. */
export async function decideUpdate(context: Context, kind: Kind, update: Update): Promise<Decision> {
  const { next, current } = update;
  checkStillTheSame(kind, next, current);
  const prepared = prepareUpdate(kind, update);
  const causes = [...newFinalizers(prepared, current), ...validateUpdate(kind, prepared, current)];
  if (causes.length > 0) throw invalid(kind, current.metadata.name, causes);
  if (isGone(prepared, current)) return { do: "delete", last: prepared };
  await context.admission.checkUpdate(kind, prepared, current);
  const admitted = context.admission.reserve(kind, prepared, current);
  return isSame(admitted.object, current) ? { do: "nothing" } : { do: "put", admitted };
}

function checkStillTheSame(kind: Kind, next: GivenObject, current: KubeObject): void {
  const { resourceVersion = "", uid = "" } = next.metadata;
  const { name } = current.metadata;
  if (uid !== "" && uid !== current.metadata.uid) {
    const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${current.metadata.uid}`;
    throw conflict(kind, name, why);
  }
  if (resourceVersion !== "" && resourceVersion !== current.metadata.resourceVersion) throw conflict(kind, name);
}

/** A terminating object whose last finalizer went, and whose grace period is over. */
function isGone(next: KubeObject, current: KubeObject): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds = 0 } = current.metadata;
  return deletionTimestamp !== undefined && deletionGracePeriodSeconds === 0 && isHeld(current) && !isHeld(next);
}

/** Namespaces have finalizers in their spec, too. */
export function isHeld(object: KubeObject): boolean {
  const inSpec = object.kind === "Namespace" ? ((object as Namespace).spec?.finalizers ?? []) : [];
  return inSpec.length > 0 || (object.metadata.finalizers ?? []).length > 0;
}

function newFinalizers(next: KubeObject, current: KubeObject): readonly Cause[] {
  if (current.metadata.deletionTimestamp === undefined) return [];
  const before = current.metadata.finalizers ?? [];
  const added = (next.metadata.finalizers ?? []).filter((each) => !before.includes(each));
  if (added.length === 0) return [];
  const list = `[]string{${added.map((each) => JSON.stringify(each)).join(", ")}}`;
  const why = `no new finalizers can be added if the object is being deleted, found new finalizers ${list}`;
  return [{ reason: "FieldValueForbidden", message: `Forbidden: ${why}`, field: "metadata.finalizers" }];
}

/** An update that changes nothing is not written: the resourceVersion stays. */
function isSame(next: KubeObject, current: KubeObject): boolean {
  const { resourceVersion } = current.metadata;
  return isSameJson({ ...next, metadata: { ...next.metadata, resourceVersion } }, current);
}

const versionMissing: Cause = {
  reason: "FieldValueInvalid",
  message: "Invalid value: 0: must be specified for an update",
  field: "metadata.resourceVersion",
};
