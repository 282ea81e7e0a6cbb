import type { KubeObject, PersistentVolume, PersistentVolumeClaim, StorageClass } from "@ordinal/api";
import { keyOf, type Change, type Informer } from "@ordinal/client";

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

/** An informer that shows what the test tells it, when it tells it. */
export interface ToldInformer<T> {
  readonly informer: Informer<T>;
  /** The object as it is from now on. */
  readonly tell: (object: T) => void;
  readonly tellGone: (key: string) => void;
}

export function toldInformer<T extends KubeObject>(objects: readonly T[] = []): ToldInformer<T> {
  const present = new Map(objects.map((object) => [keyOf(object), object]));
  const listeners = new Set<(change: Change<T>) => void>();
  let revision = Math.max(0, ...objects.map((object) => Number(object.metadata.resourceVersion)));

  function tell(change: Change<T>): void {
    revision = Math.max(revision, Number((change.after ?? change.before)?.metadata.resourceVersion));
    for (const listener of listeners) listener(change);
  }

  return {
    informer: {
      synced: Promise.resolve(),
      hasSynced: () => true,
      revision: () => revision,
      get: (key) => present.get(key),
      list: () => [...present.values()],
      by: () => [],
      onChange(listener) {
        for (const after of present.values()) listener({ after });
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      onRevision: () => () => {},
      stop: async () => {},
    },
    tell(after) {
      const before = present.get(keyOf(after));
      present.set(keyOf(after), after);
      tell(before === undefined ? { after } : { before, after });
    },
    tellGone(key) {
      const before = present.get(key);
      present.delete(key);
      if (before !== undefined) tell({ before });
    },
  };
}
