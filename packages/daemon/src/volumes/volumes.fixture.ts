import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from "@ordinal/api";
import type { TrashEntry } from "@ordinal/provisioner";

const metadata = { uid: "u", resourceVersion: "7", creationTimestamp: "2026-01-01T00:00:00Z" };

export function claimOf(name: string, more: Partial<PersistentVolumeClaim> = {}): PersistentVolumeClaim {
  return {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { ...metadata, name, namespace: "default" },
    spec: { storageClassName: "local-path", resources: { requests: { storage: "1Gi" } } },
    ...more,
  };
}

export function volumeOf(name: string, claim: string, spec: Partial<PersistentVolume["spec"]> = {}): PersistentVolume {
  return {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { ...metadata, name },
    spec: {
      capacity: { storage: "1Gi" },
      claimRef: { namespace: "default", name: claim },
      ...(spec.csi === undefined ? { hostPath: { path: `/volumes/${name}` } } : {}),
      persistentVolumeReclaimPolicy: "Retain",
      storageClassName: "local-path",
      ...spec,
    },
    status: { phase: "Released" },
  };
}

export function classOf(name: string, provisioner = "rancher.io/local-path"): StorageClass {
  return {
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: { ...metadata, name },
    provisioner,
  };
}

export function entryOf(entry: string, claim: string, namespace = "default"): TrashEntry {
  const volume = volumeOf("pvc-1", claim, { accessModes: ["ReadWriteOncePod"] });
  return {
    base: "/volumes",
    path: `/volumes/.trash/${entry}`,
    record: {
      entry,
      deleted: "2026-01-01T00:00:00.000Z",
      expires: "2026-01-02T00:00:00.000Z",
      claim: { namespace, name: claim, uid: "c" },
      storageClass: "local-path",
      size: "1Gi",
      provisioner: "rancher.io/local-path",
      path: "/volumes/pvc-1",
      volume,
    },
  };
}
