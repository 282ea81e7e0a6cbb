import { parseQuantityMilli } from "../quantity.ts";
import type { PersistentVolumeClaim } from "../types.ts";
import type { Causes } from "./causes.ts";
import { claimSpecCauses } from "./claim-spec.ts";
import { describeChange, isSame } from "./equal.ts";
import { field } from "./field-errors.ts";

const betaStorageClass = "volume.beta.kubernetes.io/storage-class";

type Spec = PersistentVolumeClaim["spec"];

/** Source: `ValidatePersistentVolumeClaim`. */
export function* claimCauses(claim: PersistentVolumeClaim): Causes {
  yield* claimSpecCauses(claim.spec, "spec");
  const { namespace = "" } = claim.spec.dataSourceRef ?? {};
  // Upstream drops such a source as long as its feature gate is off, and makes an empty volume.
  if (namespace !== "" && namespace !== claim.metadata.namespace) {
    const message = "a claim is filled from its own namespace: the CrossNamespaceVolumeDataSource feature is disabled";
    yield field.forbidden("spec.dataSourceRef.namespace", message);
  }
}

/**
 * A claim is fixed but for what binding sets once (the volume, the class it gets by default) and the size it asks for
 * once it is bound. Source: `ValidatePersistentVolumeClaimUpdate`.
 */
export function* claimUpdateCauses(next: PersistentVolumeClaim, before: PersistentVolumeClaim): Causes {
  yield* claimSpecCauses(next.spec, "spec");
  const compared = withMutableFieldsOf(before, next);
  if (!isSame(compared, before.spec)) {
    const message =
      "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims";
    yield field.forbidden("spec", `${message}\n${describeChange(before.spec, compared)}`);
  }
  const [classBefore, classNow] = [before, next].map((claim) => claim.metadata.annotations?.[betaStorageClass] ?? "");
  // Moving the class from the annotation to its field is the one change of it there may be.
  const isMoved = classNow === "" && next.spec.storageClassName === classBefore;
  if (classBefore !== classNow && !isMoved) {
    yield field.invalid(`metadata.annotations.${betaStorageClass}`, classNow, "field is immutable");
  }
  const size = sizeOf(next.spec);
  if (size < sizeOf(before.spec) && size <= milli(before.status?.capacity?.["storage"])) {
    yield field.forbidden("spec.resources.requests.storage", "field can not be less than status.capacity");
  }
  if (next.spec.volumeMode !== before.spec.volumeMode) {
    yield field.invalid("volumeMode", next.spec.volumeMode, "field is immutable");
  }
}

function withMutableFieldsOf(before: PersistentVolumeClaim, next: PersistentVolumeClaim): Spec {
  const restored: Record<string, unknown> = { ...next.spec };
  const old = before.spec;
  if (!old.volumeName) delete restored["volumeName"];
  const beta = before.metadata.annotations?.[betaStorageClass];
  const gotClass = old.storageClassName === undefined && next.spec.storageClassName !== undefined;
  if (gotClass && (beta === undefined || beta === next.spec.storageClassName)) delete restored["storageClassName"];
  if (next.status?.phase !== "Bound") return restored;
  const storage = old.resources?.requests?.["storage"];
  if (next.spec.resources?.requests !== undefined && storage !== undefined) {
    restored["resources"] = { ...next.spec.resources, requests: { ...next.spec.resources.requests, storage } };
  }
  const attributes = old.volumeAttributesClassName;
  if (next.spec.volumeAttributesClassName !== undefined) {
    if (attributes === undefined) delete restored["volumeAttributesClassName"];
    else restored["volumeAttributesClassName"] = attributes;
  }
  return restored;
}

function sizeOf(spec: Spec): bigint {
  return milli(spec.resources?.requests?.["storage"]);
}

function milli(quantity: string | undefined): bigint {
  const parsed = parseQuantityMilli(quantity ?? "0");
  return parsed.ok ? parsed.value : 0n;
}
