import type { EndpointSlice, KubeObject, ResourceName, ResourceQuota, StatefulSet } from "@ordinal/api";
import { omit } from "../omit.ts";
import { namespaces } from "./namespaces.ts";
import { pods } from "./pods.ts";
import { services } from "./services.ts";
import { strategy, type Strategy } from "./strategy.ts";
import { persistentVolumeClaims, persistentVolumes } from "./volumes.ts";

const plain = strategy({});
/** What upstream serves by a CustomResourceDefinition has no status until somebody writes one. */
const withoutStatusAtFirst = strategy<KubeObject & { readonly status?: unknown }>({
  hasStatus: true,
  hasGeneration: true,
  onCreate: (object) => omit<typeof object, "status">(object, ["status"]),
});

const special: Partial<Readonly<Record<ResourceName, Strategy>>> = {
  endpointslices: strategy<EndpointSlice>({ hasGeneration: true }),
  leases: strategy({ needsVersion: true }),
  namespaces,
  // Whoever registers a node may say its status, too.
  nodes: strategy({ hasStatus: true }),
  persistentvolumeclaims: persistentVolumeClaims,
  persistentvolumes: persistentVolumes,
  pods,
  resourcequotas: strategy<ResourceQuota>({ hasStatus: true, onCreate: (quota) => ({ ...quota, status: {} }) }),
  services,
  statefulsets: strategy<StatefulSet>({
    hasStatus: true,
    hasGeneration: true,
    onCreate: (set) => ({ ...set, status: { replicas: 0, availableReplicas: 0 } }),
  }),
  volumesnapshotclasses: strategy({ hasGeneration: true }),
  volumesnapshotcontents: withoutStatusAtFirst,
  volumesnapshots: withoutStatusAtFirst,
};

/** How objects of this kind are stored; most kinds have nothing special. */
export function strategyOf(resource: ResourceName): Strategy {
  return special[resource] ?? plain;
}
