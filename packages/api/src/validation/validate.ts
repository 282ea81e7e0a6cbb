import type { Cause } from "../api-error.ts";
import type { Kind, ResourceName } from "../kinds.ts";
import type { KubeObject, ObjectTypes } from "../types.ts";
import type { Causes } from "./causes.ts";
import { claimCauses, claimUpdateCauses } from "./claims.ts";
import { configMapCauses, configMapUpdateCauses, secretCauses, secretUpdateCauses } from "./config.ts";
import { endpointsCauses, endpointSliceCauses, endpointSliceUpdateCauses } from "./endpoints.ts";
import { limitRangeCauses } from "./limit-ranges.ts";
import { metadataCauses, metadataUpdateCauses } from "./metadata.ts";
import {
  controllerRevisionCauses,
  controllerRevisionUpdateCauses,
  eventCauses,
  leaseCauses,
  namespaceCauses,
  nodeCauses,
} from "./others.ts";
import { persistentVolumeCauses, persistentVolumeUpdateCauses } from "./persistent-volumes.ts";
import { podCauses, podUpdateCauses } from "./pods.ts";
import { resourceQuotaCauses, resourceQuotaUpdateCauses } from "./resource-quotas.ts";
import { serviceCauses, serviceUpdateCauses } from "./services.ts";
import {
  snapshotCauses,
  snapshotClassCauses,
  snapshotContentCauses,
  snapshotContentUpdateCauses,
  snapshotUpdateCauses,
} from "./snapshots.ts";
import { storageClassCauses, storageClassUpdateCauses } from "./storage-classes.ts";
import { statefulSetCauses, statefulSetUpdateCauses } from "./stateful-sets.ts";

interface Checks<T> {
  readonly create?: (object: T) => Causes;
  /** Left out: the checks of a new object. */
  readonly update?: (next: T, before: T) => Causes;
}

const checks: { readonly [R in ResourceName]: Checks<ObjectTypes[R]> } = {
  configmaps: { create: configMapCauses, update: configMapUpdateCauses },
  controllerrevisions: { create: controllerRevisionCauses, update: controllerRevisionUpdateCauses },
  endpoints: { create: endpointsCauses },
  endpointslices: { create: endpointSliceCauses, update: endpointSliceUpdateCauses },
  events: { create: eventCauses },
  leases: { create: leaseCauses },
  limitranges: { create: limitRangeCauses },
  namespaces: { create: namespaceCauses },
  nodes: { create: nodeCauses },
  persistentvolumeclaims: { create: claimCauses, update: claimUpdateCauses },
  persistentvolumes: { create: persistentVolumeCauses, update: persistentVolumeUpdateCauses },
  pods: { create: podCauses, update: podUpdateCauses },
  resourcequotas: { create: resourceQuotaCauses, update: resourceQuotaUpdateCauses },
  secrets: { create: secretCauses, update: secretUpdateCauses },
  serviceaccounts: {},
  services: { create: serviceCauses, update: serviceUpdateCauses },
  statefulsets: { create: statefulSetCauses, update: statefulSetUpdateCauses },
  storageclasses: { create: storageClassCauses, update: storageClassUpdateCauses },
  volumesnapshotclasses: { create: snapshotClassCauses },
  volumesnapshotcontents: { create: snapshotContentCauses, update: snapshotContentUpdateCauses },
  volumesnapshots: { create: snapshotCauses, update: snapshotUpdateCauses },
};

/**
 * Upstream's checks of a new object. It must have passed `checkFields` and `withDefaults`, and have its name and
 * namespace. Empty: nothing is wrong.
 */
export function validateCreate(kind: Kind, object: unknown): readonly Cause[] {
  const { metadata } = object as KubeObject;
  const causes = checksOf(kind).create?.(object as KubeObject) ?? [];
  return [...metadataCauses(kind, metadata), ...causes];
}

/** Upstream's checks of a change of anything but the status from `before` to `next`, both defaulted. */
export function validateUpdate(kind: Kind, next: unknown, before: unknown): readonly Cause[] {
  const { create, update } = checksOf(kind);
  const [after, old] = [next as KubeObject, before as KubeObject];
  const causes = update?.(after, old) ?? create?.(after) ?? [];
  return [...metadataUpdateCauses(after.metadata, old.metadata), ...causes];
}

/** The one place where the kind is trusted to say what the object is: `checkFields` has made sure of it. */
function checksOf(kind: Kind): Checks<KubeObject> {
  return checks[kind.plural] as Checks<KubeObject>;
}
