import {
  ApiError,
  checkType,
  kindOf,
  selectorOf,
  showSelector,
  type Kind,
  type KubeObject,
  type Scale,
  type StatefulSet,
} from "@ordinal/api";
import type { Patch, Ref, WriteOptions } from "@ordinal/client";
import { applyPatch } from "../../patch/apply-patch.ts";
import type { Context } from "../context.ts";
import { conflict } from "../failures.ts";
import { changeObject, type Decision } from "./change.ts";
import { getObject } from "./read.ts";
import { decideUpdate } from "./update.ts";

const scaleKind: Pick<Kind, "group" | "version" | "kind"> = { group: "autoscaling", version: "v1", kind: "Scale" };

/** The `scale` view of a stateful set. */
export async function getScale(context: Context, at: Ref): Promise<Scale> {
  return toScale(await getObject(context.objects, kindOf("statefulsets"), at));
}

/** Sets the replicas; with a resourceVersion, only while the set is still at it. */
export async function updateScale(context: Context, scale: Scale, options: WriteOptions): Promise<Scale> {
  const { name, namespace = "" } = scale.metadata;
  const stored = await changeObject(context, kindOf("statefulsets"), {
    at: { namespace, name },
    dryRun: options.dryRun,
    decide: (current) => decideScale(context, decodeScale(scale), current),
  });
  return toScale(stored);
}

export async function patchScale(context: Context, at: Ref, patch: Patch): Promise<Scale> {
  const kind = kindOf("statefulsets");
  const stored = await changeObject(context, kind, {
    at,
    dryRun: patch.dryRun,
    decide(current) {
      const patched = applyPatch({
        type: patch.type,
        body: patch.body,
        kind: { ...kind, ...scaleKind },
        current: toScale(current),
      });
      return decideScale(context, decodeScale(patched), current);
    },
  });
  return toScale(stored);
}

async function decideScale(context: Context, scale: Scale, current: KubeObject): Promise<Decision> {
  const kind = kindOf("statefulsets");
  const { resourceVersion, uid } = { ...current.metadata, ...scale.metadata };
  const isSame = resourceVersion === current.metadata.resourceVersion && uid === current.metadata.uid;
  if (!isSame) throw conflict(kind, current.metadata.name);
  const replicas = scale.spec?.replicas ?? 0;
  if (replicas < 0) throw negative(scale, replicas);
  const set = current as StatefulSet;
  const next = { ...set, spec: { ...set.spec, replicas } };
  return await decideUpdate(context, kind, { next, current, subresource: undefined, nowMs: context.clock.now() });
}

function toScale(object: KubeObject): Scale {
  const set = object as StatefulSet;
  const { name, namespace = "", uid, resourceVersion, creationTimestamp } = set.metadata;
  return {
    apiVersion: "autoscaling/v1",
    kind: "Scale",
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: set.spec.replicas ?? 0 },
    status: { replicas: set.status?.replicas ?? 0, selector: showSelector(selectorOf(set.spec.selector)) },
  };
}

function decodeScale(body: unknown): Scale {
  const { pruned, wrongTypes } = checkType("autoscaling/v1.Scale", JSON.parse(JSON.stringify(body)));
  const [wrongType] = wrongTypes;
  if (wrongType === undefined) return pruned as Scale;
  throw new ApiError("BadRequest", `Scale in version "v1" cannot be handled as a Scale: ${wrongType}`);
}

function negative(scale: Scale, replicas: number): ApiError {
  const problem = `Invalid value: ${replicas}: must be greater than or equal to 0`;
  const { name } = scale.metadata;
  return new ApiError("Invalid", `Scale.autoscaling ${JSON.stringify(name)} is invalid: spec.replicas: ${problem}`, {
    details: {
      name,
      group: "autoscaling",
      kind: "Scale",
      causes: [{ reason: "FieldValueInvalid", message: problem, field: "spec.replicas" }],
    },
  });
}
