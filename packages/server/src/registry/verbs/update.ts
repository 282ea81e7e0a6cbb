import { isDeepStrictEqual } from "node:util";
import { invalid, validateUpdate, type Cause, type Kind, type KubeObject, type Namespace } from "@ordinal/api";
import type { UpdateOptions } from "@ordinal/client";
import { decode } from "../admission/decode.ts";
import type { Context } from "../context.ts";
import { conflict } from "../failures.ts";
import { mergeMetadata } from "../metadata.ts";
import { strategyOf } from "../strategy/strategies.ts";
import { toStoredText } from "../parsed-objects.ts";
import { changeObject, type Decision } from "./change.ts";

/** Replaces an object, its status, or a namespace's finalizers. Throws ApiError NotFound, Conflict, Invalid or BadRequest. */
export async function updateObject(
  context: Context,
  kind: Kind,
  { object, options }: { readonly object: unknown; readonly options: UpdateOptions },
): Promise<KubeObject> {
  const next = decode(kind, object, options);
  const { name, namespace } = next.metadata;
  if (strategyOf(kind.plural).needsVersion && (next.metadata.resourceVersion ?? "") === "") {
    throw invalid(kind, name, [versionMissing]);
  }
  return await changeObject(context, kind, {
    at: namespace === undefined || !kind.namespaced ? { name } : { namespace, name },
    dryRun: options.dryRun,
    decide: (current) => decideUpdate(context, kind, { next, current, options }),
  });
}

/** What an update comes to, given what is stored. */
export function decideUpdate(
  context: Context,
  kind: Kind,
  {
    next,
    current,
    options,
  }: { readonly next: KubeObject; readonly current: KubeObject; readonly options: UpdateOptions },
): Decision {
  checkStillTheSame(kind, next, current);
  const prepared = prepare(context, kind, { next, current, options });
  const causes = [...newFinalizers(prepared, current), ...validateUpdate(kind, prepared, current)];
  if (causes.length > 0) throw invalid(kind, current.metadata.name, causes);
  if (isGone(prepared, current)) return { do: "delete", last: prepared };
  const admitted = context.admission.reserve(kind, prepared, current);
  return isSame(admitted.object, current) ? { do: "nothing" } : { do: "put", admitted };
}

function checkStillTheSame(kind: Kind, next: KubeObject, current: KubeObject): void {
  const { resourceVersion = "", uid = "", name } = next.metadata;
  if (uid !== "" && uid !== current.metadata.uid) {
    const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${current.metadata.uid}`;
    throw conflict(kind, name, why);
  }
  if (resourceVersion !== "" && resourceVersion !== current.metadata.resourceVersion) throw conflict(kind, name);
}

function prepare(
  context: Context,
  kind: Kind,
  {
    next,
    current,
    options,
  }: { readonly next: KubeObject; readonly current: KubeObject; readonly options: UpdateOptions },
): KubeObject {
  const strategy = strategyOf(kind.plural);
  const metadata = mergeMetadata(next.metadata, current.metadata);
  switch (options.subresource) {
    case "status": {
      const { ownerReferences: _kept, ...rest } = metadata;
      const owners = current.metadata.ownerReferences;
      const withOwners = owners === undefined ? rest : { ...rest, ownerReferences: owners };
      const written = { ...current, metadata: withOwners, ...statusOf(next) };
      return strategy.onStatusUpdate(written, current, context.clock.now());
    }
    case "finalize": {
      const { finalizers } = (next as Namespace).spec ?? {};
      const spec = finalizers === undefined ? {} : { finalizers };
      return { ...current, metadata, spec } as Namespace;
    }
    default: {
      const written = strategy.hasStatus ? { ...next, metadata, ...statusOf(current) } : { ...next, metadata };
      const withoutStatus = strategy.hasStatus && !("status" in current) ? dropStatus(written) : written;
      return withGeneration(strategy.onUpdate(withoutStatus, current), current);
    }
  }
}

function statusOf(object: KubeObject): { readonly status?: unknown } {
  return "status" in object ? { status: object.status } : {};
}

function dropStatus(object: KubeObject & { readonly status?: unknown }): KubeObject {
  const { status: _dropped, ...rest } = object;
  return rest;
}

/** The generation rises when anything but metadata and status changes. */
function withGeneration(next: KubeObject, current: KubeObject): KubeObject {
  const { generation } = current.metadata;
  if (generation === undefined || isDeepStrictEqual(wishOf(next), wishOf(current))) return next;
  return { ...next, metadata: { ...next.metadata, generation: generation + 1 } };
}

function wishOf(object: KubeObject & { readonly status?: unknown }): unknown {
  const { metadata: _metadata, status: _status, ...wish } = object;
  return wish;
}

/** A terminating object whose last finalizer went, and whose grace period is over. */
function isGone(next: KubeObject, current: KubeObject): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds = 0 } = current.metadata;
  const { finalizers = [] } = next.metadata;
  const isHeld = finalizers.length > 0 || heldBySpec(next);
  const hadHold = (current.metadata.finalizers ?? []).length > 0 || heldBySpec(current);
  return deletionTimestamp !== undefined && deletionGracePeriodSeconds === 0 && !isHeld && hadHold;
}

/** Namespaces have finalizers in their spec, too. */
function heldBySpec(object: KubeObject): boolean {
  return object.kind === "Namespace" && ((object as Namespace).spec?.finalizers ?? []).length > 0;
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

/** Key order does not matter: an update that says the same in another order changes nothing. */
function isSame(next: KubeObject, current: KubeObject): boolean {
  return isDeepStrictEqual(JSON.parse(toStoredText(next)), JSON.parse(toStoredText(current)));
}

const versionMissing: Cause = {
  reason: "FieldValueInvalid",
  message: "Invalid value: 0: must be specified for an update",
  field: "metadata.resourceVersion",
};
