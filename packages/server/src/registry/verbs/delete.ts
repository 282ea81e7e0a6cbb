import type { Kind, KubeObject, Namespace, ObjectMeta } from "@ordinal/api";
import type { DeleteOptions, Ref } from "@ordinal/client";
import { timestamp } from "@ordinal/runtime";
import type { Context } from "../context.ts";
import { conflict } from "../failures.ts";
import { omit } from "../omit.ts";
import { strategyOf } from "../strategy/strategies.ts";
import { changeObject, plainly, type Decision } from "./change.ts";
import { isHeld } from "./update.ts";

/**
 * Deletes an object, or starts to: with grace for pods, waiting for finalizers, with the finalizers that the garbage
 * collector acts on. Source: apiserver `registry/generic/registry/store.go`, `rest.BeforeDelete`.
 */
export async function deleteObject(
  context: Context,
  kind: Kind,
  { at, options }: { readonly at: Ref; readonly options: DeleteOptions },
): Promise<KubeObject> {
  context.admission.checkDelete(kind, at.name);
  const nowMs = context.clock.now();
  return await changeObject(context, kind, {
    at,
    dryRun: options.dryRun,
    decide(current) {
      checkPreconditions(kind, current, options);
      return decideDelete(kind, { current, options, nowMs });
    },
  });
}

interface Deletion {
  readonly current: KubeObject;
  readonly options: DeleteOptions;
  readonly nowMs: number;
}

function decideDelete(kind: Kind, { current, options, nowMs }: Deletion): Decision {
  const { deletionTimestamp, deletionGracePeriodSeconds = 0 } = current.metadata;
  if (deletionTimestamp !== undefined && deletionGracePeriodSeconds > 0) {
    return hasten(current, { askedSeconds: options.gracePeriodSeconds, nowMs });
  }
  const finalizers = finalizersFor(current.metadata.finalizers ?? [], options.propagation);
  const isFirst = deletionTimestamp === undefined;
  const grace = isFirst ? (strategyOf(kind.plural).graceSeconds(current, options.gracePeriodSeconds) ?? 0) : 0;
  const next = terminating(current, { finalizers, endMs: nowMs + grace * 1000, grace });
  if (grace === 0 && !isHeld(next)) return { do: "delete" };
  const isUnchanged = !isFirst && finalizers.length === (current.metadata.finalizers ?? []).length;
  if (isUnchanged && finalizers.every((each) => current.metadata.finalizers?.includes(each))) return { do: "nothing" };
  return plainly(next);
}

/** A grace period that runs can only be cut short; 0 ends it now. */
function hasten(
  current: KubeObject,
  { askedSeconds, nowMs }: { askedSeconds: number | undefined; nowMs: number },
): Decision {
  const { deletionTimestamp = "", deletionGracePeriodSeconds = 0, finalizers = [] } = current.metadata;
  if (askedSeconds === undefined || askedSeconds >= deletionGracePeriodSeconds) return { do: "nothing" };
  const seconds = Math.max(askedSeconds, 0);
  if (seconds === 0 && finalizers.length === 0) return { do: "delete" };
  const startMs = Date.parse(deletionTimestamp) - deletionGracePeriodSeconds * 1000;
  const endMs = seconds === 0 ? nowMs : startMs + seconds * 1000;
  return plainly(terminating(current, { finalizers, endMs, grace: seconds }));
}

function terminating(
  current: KubeObject,
  {
    finalizers,
    endMs,
    grace,
  }: { readonly finalizers: readonly string[]; readonly endMs: number; readonly grace: number },
): KubeObject {
  const isFirst = current.metadata.deletionTimestamp === undefined;
  const { generation } = current.metadata;
  const metadata: ObjectMeta = {
    ...omit(current.metadata, ["finalizers"]),
    ...(finalizers.length === 0 ? {} : { finalizers }),
    ...(generation === undefined ? {} : { generation: isFirst ? generation + 1 : generation }),
    deletionTimestamp: timestamp(endMs),
    deletionGracePeriodSeconds: grace,
  };
  if (current.kind !== "Namespace") return { ...current, metadata };
  const { status } = current as Namespace;
  return { ...current, metadata, status: { ...status, phase: "Terminating" } } as Namespace;
}

/** What the garbage collector is asked to do first. Source: `deletionFinalizersForGarbageCollection`. */
function finalizersFor(present: readonly string[], propagation: DeleteOptions["propagation"]): readonly string[] {
  if (propagation === undefined) return present;
  const others = present.filter((each) => each !== "orphan" && each !== "foregroundDeletion");
  return [...others, ...propagationFinalizers[propagation]];
}

const propagationFinalizers = { Orphan: ["orphan"], Foreground: ["foregroundDeletion"], Background: [] } as const;

function checkPreconditions(kind: Kind, current: KubeObject, { preconditions = {} }: DeleteOptions): void {
  const { uid, resourceVersion, name } = { ...current.metadata };
  if (preconditions.uid !== undefined && preconditions.uid !== uid) {
    throw conflict(
      kind,
      name,
      `the UID in the precondition (${preconditions.uid}) does not match the UID in record (${uid}). The object might have been deleted and then recreated`,
    );
  }
  if (preconditions.resourceVersion !== undefined && preconditions.resourceVersion !== resourceVersion) {
    throw conflict(
      kind,
      name,
      `the ResourceVersion in the precondition (${preconditions.resourceVersion}) does not match the ResourceVersion in record (${resourceVersion}). The object might have been modified`,
    );
  }
}
