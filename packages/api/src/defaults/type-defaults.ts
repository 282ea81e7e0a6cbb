import { objectAt, objectsAt } from "../json.ts";
import type { JsonObject } from "../json.ts";
import { containerDefaults, imageVolumeDefaults, podDefaults, podSpecDefaults, volumeDefaults } from "./pods.ts";
import { serviceDefaults, servicePortDefaults } from "./services.ts";

/** What a type gets that is not there, or a function where that depends on what is there. */
type Defaults = JsonObject | ((value: JsonObject) => JsonObject);

const rbd: Defaults = { pool: "rbd", user: "admin", keyring: "/etc/ceph/keyring" };
const iscsi: Defaults = { iscsiInterface: "default" };
const filesystem = { volumeMode: "Filesystem" } as const;

/** Source: `pkg/apis/{core,apps,discovery,storage}/v1/defaults.go` and the `+default` marks of k8s.io/api v0.33. */
export const typeDefaults: Readonly<Record<string, Defaults>> = {
  "apps/v1.StatefulSet": { spec: {}, status: {} },
  "apps/v1.StatefulSetSpec": statefulSetSpecDefaults,
  "apps/v1.StatefulSetPersistentVolumeClaimRetentionPolicy": { whenDeleted: "Retain", whenScaled: "Retain" },
  "apps/v1.StatefulSetStatus": { replicas: 0, availableReplicas: 0 },
  "autoscaling/v1.Scale": { spec: {}, status: { replicas: 0 } },
  "coordination/v1.Lease": { spec: {} },
  "core/v1.AzureDiskVolumeSource": { cachingMode: "ReadWrite", fsType: "ext4", readOnly: false, kind: "Shared" },
  "core/v1.ConfigMapVolumeSource": { defaultMode: 0o644 },
  "core/v1.Container": containerDefaults,
  "core/v1.ContainerPort": { protocol: "TCP" },
  "core/v1.DownwardAPIVolumeSource": { defaultMode: 0o644 },
  "core/v1.EndpointPort": { protocol: "TCP" },
  "core/v1.EphemeralContainer": containerDefaults,
  "core/v1.GRPCAction": { service: "" },
  "core/v1.HTTPGetAction": { path: "/", scheme: "HTTP" },
  "core/v1.HostPathVolumeSource": { type: "" },
  "core/v1.ISCSIPersistentVolumeSource": iscsi,
  "core/v1.ISCSIVolumeSource": iscsi,
  "core/v1.ImageVolumeSource": imageVolumeDefaults,
  "core/v1.LimitRange": { spec: {} },
  "core/v1.LimitRangeItem": limitRangeItemDefaults,
  "core/v1.Namespace": namespaceDefaults,
  "core/v1.NamespaceStatus": { phase: "Active" },
  "core/v1.Node": { spec: {}, status: {} },
  "core/v1.NodeStatus": (status) => ({
    ...("capacity" in status ? { allocatable: status["capacity"] } : {}),
    ...status,
  }),
  "core/v1.ObjectFieldSelector": { apiVersion: "v1" },
  "core/v1.PersistentVolume": { spec: {}, status: {} },
  "core/v1.PersistentVolumeSpec": { ...filesystem, persistentVolumeReclaimPolicy: "Retain" },
  "core/v1.PersistentVolumeStatus": { phase: "Pending" },
  "core/v1.PersistentVolumeClaim": { spec: {}, status: {} },
  "core/v1.PersistentVolumeClaimSpec": { resources: {}, ...filesystem },
  "core/v1.PersistentVolumeClaimStatus": { phase: "Pending" },
  "core/v1.Pod": podDefaults,
  "core/v1.PodSpec": podSpecDefaults,
  "core/v1.PodTemplateSpec": { metadata: {}, spec: {} },
  "core/v1.Probe": { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 },
  "core/v1.ProjectedVolumeSource": { defaultMode: 0o644 },
  "core/v1.RBDPersistentVolumeSource": rbd,
  "core/v1.RBDVolumeSource": rbd,
  "core/v1.ResourceFieldSelector": { divisor: "0" },
  "core/v1.ResourceQuota": { spec: {}, status: {} },
  "core/v1.ScaleIOPersistentVolumeSource": { storageMode: "ThinProvisioned", fsType: "xfs" },
  "core/v1.ScaleIOVolumeSource": { storageMode: "ThinProvisioned", fsType: "xfs" },
  "core/v1.Secret": secretDefaults,
  "core/v1.SecretVolumeSource": { defaultMode: 0o644 },
  "core/v1.Service": { spec: {}, status: { loadBalancer: {} } },
  "core/v1.ServiceAccountTokenProjection": { expirationSeconds: 3600 },
  "core/v1.ServicePort": servicePortDefaults,
  "core/v1.ServiceSpec": serviceDefaults,
  "core/v1.Volume": volumeDefaults,
  "discovery/v1.EndpointPort": { name: "", protocol: "TCP" },
  "discovery/v1.Endpoint": { conditions: {} },
  "storage/v1.StorageClass": { reclaimPolicy: "Delete", volumeBindingMode: "Immediate" },
};

function statefulSetSpecDefaults(spec: JsonObject): JsonObject {
  const templates = objectsAt(spec, "volumeClaimTemplates");
  return {
    podManagementPolicy: "OrderedReady",
    replicas: 1,
    revisionHistoryLimit: 10,
    persistentVolumeClaimRetentionPolicy: {},
    template: {},
    ...spec,
    updateStrategy: updateStrategyDefaults(objectAt(spec, "updateStrategy")),
    ...(templates.length === 0
      ? {}
      : {
          volumeClaimTemplates: templates.map((each) => ({ ...each, apiVersion: "v1", kind: "PersistentVolumeClaim" })),
        }),
  };
}

/** An explicit `type: RollingUpdate` without parameters stays without them, as upstream leaves it. */
function updateStrategyDefaults(strategy: JsonObject): JsonObject {
  const isImplicit = strategy["type"] === undefined;
  if (!isImplicit && (strategy["type"] !== "RollingUpdate" || !("rollingUpdate" in strategy))) return strategy;
  return {
    type: "RollingUpdate",
    ...strategy,
    rollingUpdate: { partition: 0, ...objectAt(strategy, "rollingUpdate") },
  };
}

function namespaceDefaults(namespace: JsonObject): JsonObject {
  const metadata = objectAt(namespace, "metadata");
  const { name } = metadata;
  const filled = { spec: {}, status: {}, ...namespace };
  if (typeof name !== "string") return filled;
  const labels = { ...objectAt(metadata, "labels"), "kubernetes.io/metadata.name": name };
  return { ...filled, metadata: { ...metadata, labels } };
}

/** A container is held to its maximum, and asks for its limit, where nothing else is said. Source: `SetDefaults_LimitRangeItem`. */
function limitRangeItemDefaults(item: JsonObject): JsonObject {
  if (item["type"] !== "Container") return item;
  const limits = { ...objectAt(item, "max"), ...objectAt(item, "default") };
  const requests = { ...objectAt(item, "min"), ...limits, ...objectAt(item, "defaultRequest") };
  return {
    ...item,
    ...(Object.keys(limits).length === 0 ? {} : { default: limits }),
    ...(Object.keys(requests).length === 0 ? {} : { defaultRequest: requests }),
  };
}

/** `stringData` is a way to write `data`, and is never stored. */
function secretDefaults({ stringData, ...secret }: JsonObject): JsonObject {
  const filled = { type: "Opaque", ...secret };
  if (stringData === undefined) return filled;
  const encoded = Object.entries(objectAt({ stringData }, "stringData")).map(([key, value]): [string, string] => [
    key,
    Buffer.from(String(value)).toString("base64"),
  ]);
  return { ...filled, data: Object.fromEntries([...Object.entries(objectAt(secret, "data")), ...encoded]) };
}
