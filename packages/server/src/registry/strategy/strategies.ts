import type { EndpointSlice, ResourceName, StatefulSet } from "@ordinal/api";
import { namespaces } from "./namespaces.ts";
import { pods } from "./pods.ts";
import { services } from "./services.ts";
import { strategy, type Strategy } from "./strategy.ts";
import { persistentVolumeClaims, persistentVolumes } from "./volumes.ts";

const plain = strategy({});

const special: Partial<Readonly<Record<ResourceName, Strategy>>> = {
  endpointslices: strategy<EndpointSlice>({ hasGeneration: true }),
  leases: strategy({ needsVersion: true }),
  namespaces,
  // Whoever registers a node may say its status, too.
  nodes: strategy({ hasStatus: true }),
  persistentvolumeclaims: persistentVolumeClaims,
  persistentvolumes: persistentVolumes,
  pods,
  services,
  statefulsets: strategy<StatefulSet>({
    hasStatus: true,
    hasGeneration: true,
    onCreate: (set) => ({ ...set, status: { replicas: 0, availableReplicas: 0 } }),
  }),
};

/** How objects of this kind are stored; most kinds have nothing special. */
export function strategyOf(resource: ResourceName): Strategy {
  return special[resource] ?? plain;
}
