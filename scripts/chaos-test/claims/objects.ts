import type { Draft, PersistentVolumeClaim, Pod, StorageClass, VolumeSnapshot } from "@ordinal/api";
import { annotations, wellKnown } from "@ordinal/api";
import type { ClassName, Source } from "./events.ts";

export const namespace = "default";
export const snapshotApiGroup = "snapshot.storage.k8s.io";

export const classes: readonly Draft<StorageClass>[] = [
  classOf("chaos-now"),
  classOf("chaos-wait", { volumeBindingMode: "WaitForFirstConsumer" }),
  classOf("chaos-pattern", { parameters: { pathPattern: "{{ .PVC.Namespace }}/{{ .PVC.Name }}/data" } }),
  classOf("chaos-kept", { reclaimPolicy: "Retain" }),
  classOf("chaos-fleeting", { metadata: { name: "chaos-fleeting", annotations: { [annotations.trashHold]: "0" } } }),
  classOf("chaos-image", { provisioner: wellKnown.localImageProvisioner }),
];

function classOf(name: ClassName, more: Partial<Draft<StorageClass>> = {}): Draft<StorageClass> {
  return {
    metadata: { name },
    provisioner: wellKnown.localPathProvisioner,
    reclaimPolicy: "Delete",
    volumeBindingMode: "Immediate",
    allowVolumeExpansion: true,
    ...more,
  };
}

/** Volumes of the same kind can be made of each other. */
export function kindOfClass(className: ClassName): "directory" | "image" {
  return className === "chaos-image" ? "image" : "directory";
}

export interface ClaimWish {
  readonly id: string;
  readonly className: ClassName;
  readonly mebibytes: number;
  readonly source?: Source | undefined;
  /** The trash entry's name, where that is the source. */
  readonly entry?: string | undefined;
}

export function claimOf({ id, className, mebibytes, source, entry }: ClaimWish): Draft<PersistentVolumeClaim> {
  const dataSource =
    source?.from === "snapshot"
      ? { apiGroup: snapshotApiGroup, kind: "VolumeSnapshot", name: source.name }
      : source?.from === "claim"
        ? { kind: "PersistentVolumeClaim", name: source.id }
        : undefined;
  return {
    metadata: {
      name: id,
      namespace,
      ...(entry === undefined ? {} : { annotations: { [annotations.restoreFrom]: entry } }),
    },
    spec: {
      accessModes: ["ReadWriteOnce"],
      storageClassName: className,
      resources: { requests: { storage: `${mebibytes}Mi` } },
      ...(dataSource === undefined ? {} : { dataSource }),
    },
  };
}

/** A pod that does nothing with the claim, or runs a script with it in /data and ends. */
export function podOf(
  name: string,
  { claim, script }: { readonly claim: string; readonly script?: string },
): Draft<Pod> {
  const what = script === undefined ? { image: "pause" } : { image: "busybox", command: ["sh", "-ec", script] };
  return {
    metadata: { name, namespace },
    spec: {
      restartPolicy: script === undefined ? "Always" : "Never",
      terminationGracePeriodSeconds: 0,
      containers: [{ name: "main", ...what, volumeMounts: [{ name: "data", mountPath: "/data" }] }],
      volumes: [{ name: "data", persistentVolumeClaim: { claimName: claim } }],
    },
  };
}

export function snapshotOf(name: string, claim: string): Draft<VolumeSnapshot> {
  return { metadata: { name, namespace }, spec: { source: { persistentVolumeClaimName: claim } } };
}
