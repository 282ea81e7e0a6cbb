import { fieldsOf } from "../schema/schema.ts";
import { subdomainNameProblem } from "../names.ts";
import type { PersistentVolume } from "../types.ts";
import { invalidEach, oneOfIfAny } from "./causes.ts";
import type { Causes } from "./causes.ts";
import { accessModeCauses, sizeCauses, volumeModes } from "./claim-spec.ts";
import { describeChange, isSame } from "./equal.ts";
import { field } from "./field-errors.ts";
import { nodeSelectorCauses } from "./node-selectors.ts";
import { hostPathCauses, nfsCauses } from "./volumes.ts";

type Spec = PersistentVolume["spec"];

/** Source: `ValidatePersistentVolumeSpec`. */
export function* persistentVolumeCauses({ spec }: PersistentVolume): Causes {
  const { accessModes = [], capacity = {}, storageClassName } = spec;
  if (accessModes.length === 0) yield field.required("spec.accessModes");
  yield* accessModeCauses(accessModes, "spec.accessModes");
  const resources = Object.keys(capacity);
  if (resources.length === 0) yield field.required("spec.capacity");
  if (resources.length !== 1 || resources[0] !== "storage") {
    yield field.notSupported("spec.capacity", capacity, ["storage"]);
  }
  for (const [name, quantity] of Object.entries(capacity)) {
    yield* sizeCauses(quantity, `spec.capacity[${name}]`);
  }
  const policies = ["Delete", "Recycle", "Retain"];
  yield* oneOfIfAny("spec.persistentVolumeReclaimPolicy", spec.persistentVolumeReclaimPolicy, policies);
  yield* affinityCauses(spec);
  yield* sourceCauses(spec);
  if (storageClassName) {
    yield* invalidEach("spec.storageClassName", storageClassName, [subdomainNameProblem(storageClassName)]);
  }
  yield* oneOfIfAny("spec.volumeMode", spec.volumeMode, volumeModes);
}

/** Source: `ValidatePersistentVolumeUpdate`. */
export function* persistentVolumeUpdateCauses(next: PersistentVolume, before: PersistentVolume): Causes {
  yield* persistentVolumeCauses(next);
  const [source, sourceBefore] = [sourceOf(next.spec), sourceOf(before.spec)];
  if (!isSame(source, sourceBefore)) {
    const message = "spec.persistentvolumesource is immutable after creation";
    yield field.forbidden("spec.persistentvolumesource", `${message}\n${describeChange(sourceBefore, source)}`);
  }
  if (next.spec.volumeMode !== before.spec.volumeMode) {
    yield field.invalid("volumeMode", next.spec.volumeMode, "field is immutable");
  }
  if (before.spec.nodeAffinity !== undefined && !isSame(next.spec.nodeAffinity, before.spec.nodeAffinity)) {
    yield field.invalid("nodeAffinity", next.spec.nodeAffinity, "field is immutable");
  }
}

function* sourceCauses(spec: Spec): Causes {
  const sources = Object.keys(sourceOf(spec));
  if (sources.length === 0) yield field.required("spec", "must specify a volume type");
  for (const extra of sources.slice(1))
    yield field.forbidden(`spec.${extra}`, "may not specify more than 1 volume type");
  const { csi, hostPath, local, nfs, persistentVolumeReclaimPolicy } = spec;
  if (hostPath !== undefined) {
    yield* hostPathCauses(hostPath, "spec.hostPath");
    if (persistentVolumeReclaimPolicy === "Recycle" && /^\/+$/.test(hostPath.path)) {
      const message = "may not be 'recycle' for a hostPath mount of '/'";
      yield field.forbidden("spec.persistentVolumeReclaimPolicy", message);
    }
  }
  if (nfs !== undefined) yield* nfsCauses(nfs, "spec.nfs");
  if (csi !== undefined) yield* csiCauses(csi);
  if (local === undefined) return;
  yield* hostPathCauses({ path: local.path }, "spec.local");
  if (spec.nodeAffinity?.required === undefined) {
    yield field.required("spec.nodeAffinity", "Local volume requires node affinity");
  }
}

/** Source: `validateCSIPersistentVolumeSource`, `ValidateCSIDriverName`. */
function* csiCauses({ driver, volumeHandle }: NonNullable<Spec["csi"]>): Causes {
  if (!driver) yield field.required("spec.csi.driver");
  else {
    if (driver.length > 63) yield field.tooLong("spec.csi.driver", 63);
    yield* invalidEach("spec.csi.driver", driver, [subdomainNameProblem(driver.toLowerCase())]);
  }
  if (!volumeHandle) yield field.required("spec.csi.volumeHandle");
}

function* affinityCauses({ nodeAffinity }: Spec): Causes {
  if (nodeAffinity === undefined) return;
  const path = "spec.nodeAffinity.required";
  if (nodeAffinity.required === undefined) yield field.required(path, "must specify required node constraints");
  else yield* nodeSelectorCauses(nodeAffinity.required, path);
}

/** The part of the spec that says what lies behind the volume: every field whose type is a volume source. */
function sourceOf(spec: Spec): Readonly<Record<string, unknown>> {
  const fields = fieldsOf("core/v1.PersistentVolumeSpec");
  const isSource = (key: string) => {
    const type = fields.get(key)?.type;
    return type?.is === "struct" && type.type.endsWith("VolumeSource");
  };
  return Object.fromEntries(Object.entries(spec).filter(([key]) => isSource(key)));
}
