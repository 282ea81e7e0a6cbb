import type { ObjectOf, ResourceName } from "@ordinal/api";
import { leaseTable, namespaceTable, nodeTable } from "./cluster.ts";
import { configMapTable, secretTable, serviceAccountTable } from "./config.ts";
import { endpointSliceTable, endpointsTable } from "./endpoints.ts";
import { eventTable } from "./events.ts";
import { podTable } from "./pods.ts";
import { serviceTable } from "./services.ts";
import { limitRangeTable, resourceQuotaTable } from "./limits.ts";
import { snapshotClassTable, snapshotContentTable, snapshotTable } from "./snapshots.ts";
import type { TablePrinter } from "./table.ts";
import { persistentVolumeClaimTable, persistentVolumeTable, storageClassTable } from "./volumes.ts";
import { controllerRevisionTable, statefulSetTable } from "./workloads.ts";

type Printers = { readonly [R in ResourceName]: TablePrinter<ObjectOf<R>> };

const printers: Printers = {
  configmaps: configMapTable,
  controllerrevisions: controllerRevisionTable,
  endpoints: endpointsTable,
  endpointslices: endpointSliceTable,
  events: eventTable,
  leases: leaseTable,
  limitranges: limitRangeTable,
  namespaces: namespaceTable,
  nodes: nodeTable,
  persistentvolumeclaims: persistentVolumeClaimTable,
  persistentvolumes: persistentVolumeTable,
  pods: podTable,
  resourcequotas: resourceQuotaTable,
  secrets: secretTable,
  serviceaccounts: serviceAccountTable,
  services: serviceTable,
  statefulsets: statefulSetTable,
  storageclasses: storageClassTable,
  volumesnapshotclasses: snapshotClassTable,
  volumesnapshotcontents: snapshotContentTable,
  volumesnapshots: snapshotTable,
};

/** How objects of this resource are shown by `kubectl get`. */
export function printerOf<R extends ResourceName>(resource: R): TablePrinter<ObjectOf<R>> {
  return printers[resource];
}
