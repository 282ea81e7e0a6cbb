import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from "@ordinal/api";

const metadata = (name: string) => ({
  name,
  uid: `uid-${name}`,
  resourceVersion: "1",
  creationTimestamp: "2026-01-01T00:00:00Z",
});

interface ClaimParts {
  readonly metadata?: Partial<PersistentVolumeClaim["metadata"]>;
  readonly spec?: Partial<PersistentVolumeClaim["spec"]>;
  readonly status?: PersistentVolumeClaim["status"];
}

/** A claim `data` for 1Gi, ReadWriteOnce, of class `manual`. */
export function claimOf({ metadata: more, spec, status }: ClaimParts = {}): PersistentVolumeClaim {
  return {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { ...metadata("data"), namespace: "default", ...more },
    spec: {
      accessModes: ["ReadWriteOnce"],
      storageClassName: "manual",
      resources: { requests: { storage: "1Gi" } },
      ...spec,
    },
    ...(status === undefined ? {} : { status }),
  };
}

interface VolumeParts {
  readonly metadata?: Partial<PersistentVolume["metadata"]>;
  readonly spec?: Partial<PersistentVolume["spec"]>;
  readonly status?: PersistentVolume["status"];
}

/** An available volume of 1Gi, ReadWriteOnce, of class `manual`. */
export function volumeOf(name: string, { metadata: more, spec, status }: VolumeParts = {}): PersistentVolume {
  return {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { ...metadata(name), ...more },
    spec: { accessModes: ["ReadWriteOnce"], storageClassName: "manual", capacity: { storage: "1Gi" }, ...spec },
    status: status ?? { phase: "Available" },
  };
}

export function classOfVolumes(name: string, parts: Partial<StorageClass> = {}): StorageClass {
  return {
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: metadata(name),
    provisioner: "rancher.io/local-path",
    volumeBindingMode: "Immediate",
    ...parts,
  };
}
