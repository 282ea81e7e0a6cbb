import type { Cause } from "../api-error.ts";
import type { VolumeSnapshot, VolumeSnapshotClass, VolumeSnapshotContent } from "../types.ts";
import { oneOf, oneOfIfAny } from "./causes.ts";
import type { Causes } from "./causes.ts";
import { volumeModes } from "./claim-spec.ts";
import { isSame } from "./equal.ts";
import { field } from "./field-errors.ts";

/** The rules stand in the `x-kubernetes-validations` of external-snapshotter's CustomResourceDefinitions v8, and so do their messages. */
const deletionPolicies = ["Delete", "Retain"];

export function* snapshotClassCauses({ driver, deletionPolicy }: VolumeSnapshotClass): Causes {
  if (!driver) yield field.required("driver");
  yield* oneOf("deletionPolicy", deletionPolicy, deletionPolicies);
}

export function* snapshotCauses({ spec }: Partial<VolumeSnapshot>): Causes {
  if (spec === undefined) {
    yield field.required("spec");
    return;
  }
  yield* sourceCauses(spec.source, ["volumeSnapshotContentName", "persistentVolumeClaimName"]);
  if (spec.volumeSnapshotClassName === "") {
    const message = "volumeSnapshotClassName must not be the empty string when set";
    yield broken("spec.volumeSnapshotClassName", "string", message);
  }
}

export function* snapshotUpdateCauses(next: VolumeSnapshot, before: VolumeSnapshot): Causes {
  yield* snapshotCauses(next);
  yield* fixedCauses("spec.source", { next: next.spec?.source, before: before.spec?.source });
}

export function* snapshotContentCauses({ spec }: Partial<VolumeSnapshotContent>): Causes {
  if (spec === undefined) {
    yield field.required("spec");
    return;
  }
  yield* oneOf("spec.deletionPolicy", spec.deletionPolicy, deletionPolicies);
  if (!spec.driver) yield field.required("spec.driver");
  yield* sourceCauses(spec.source, ["volumeHandle", "snapshotHandle"]);
  yield* oneOfIfAny("spec.sourceVolumeMode", spec.sourceVolumeMode, volumeModes);
  const { volumeSnapshotRef } = spec;
  if (volumeSnapshotRef === undefined) yield field.required("spec.volumeSnapshotRef");
  else if (!volumeSnapshotRef.name || !volumeSnapshotRef.namespace) {
    const message = "both spec.volumeSnapshotRef.name and spec.volumeSnapshotRef.namespace must be set";
    yield broken("spec.volumeSnapshotRef", "object", message);
  }
}

export function* snapshotContentUpdateCauses(next: VolumeSnapshotContent, before: VolumeSnapshotContent): Causes {
  yield* snapshotContentCauses(next);
  yield* fixedCauses("spec.source", { next: next.spec?.source, before: before.spec?.source });
  const { sourceVolumeMode } = before.spec ?? {};
  if (sourceVolumeMode === undefined) return;
  if (next.spec?.sourceVolumeMode === undefined)
    yield broken("spec", "object", "sourceVolumeMode is required once set");
  else if (next.spec.sourceVolumeMode !== sourceVolumeMode) {
    yield broken("spec.sourceVolumeMode", "string", "sourceVolumeMode is immutable");
  }
}

function* sourceCauses(source: object | undefined, [one, other]: readonly [string, string]): Causes {
  if (source === undefined) yield field.required("spec.source");
  else if (Object.hasOwn(source, one) === Object.hasOwn(source, other)) {
    yield broken("spec.source", "object", `exactly one of ${one} and ${other} must be set`);
  }
}

interface Change {
  readonly next: Readonly<Record<string, string | undefined>> | undefined;
  readonly before: Readonly<Record<string, string | undefined>> | undefined;
}

function* fixedCauses(path: string, { next = {}, before = {} }: Change): Causes {
  for (const [name, value] of Object.entries(before)) {
    if (next[name] === undefined) yield broken(path, "object", `${name} is required once set`);
    else if (!isSame(next[name], value)) yield broken(`${path}.${name}`, "string", `${name} is immutable`);
  }
}

/** A broken rule names the type of the value, not the value. Source: apiextensions `schema/cel/validation.go`. */
function broken(path: string, type: "object" | "string", message: string): Cause {
  return field.invalid(path, type, message);
}
