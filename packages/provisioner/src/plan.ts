import {
  annotations,
  labels,
  wellKnown,
  type Draft,
  type PersistentVolume,
  type PersistentVolumeClaim,
  type StorageClass,
} from "@ordinal/api";

/** Whether this claim asks us, and nobody has answered yet. */
export function wantsVolume(claim: PersistentVolumeClaim): boolean {
  return (
    claim.metadata.deletionTimestamp === undefined &&
    (claim.spec.volumeName ?? "") === "" &&
    claim.metadata.annotations?.[annotations.storageProvisioner] === wellKnown.localPathProvisioner
  );
}

/** Whether this volume is ours and its claim has gone under reclaim policy Delete. */
export function isToBeRemoved(volume: PersistentVolume): boolean {
  return (
    volume.metadata.annotations?.[annotations.provisionedBy] === wellKnown.localPathProvisioner &&
    volume.spec.persistentVolumeReclaimPolicy === "Delete" &&
    (volume.status?.phase === "Released" || volume.status?.phase === "Failed")
  );
}

/** Why this claim cannot be served, or undefined. */
export function refusal(claim: PersistentVolumeClaim): string | undefined {
  if (claim.spec.volumeMode === "Block")
    return "block volumes are not supported by local-path: use volumeMode Filesystem";
  if (claim.spec.selector !== undefined) return "claim.spec.selector is not supported: volumes are made for the claim";
  const shared = (claim.spec.accessModes ?? []).find((mode) => mode !== "ReadWriteOnce" && mode !== "ReadWriteOncePod");
  if (shared !== undefined)
    return `local-path volumes are on one node: access mode ${shared} is not supported, use ReadWriteOnce`;
  return undefined;
}

/** Names the volume of a claim; the same for every attempt, so that a repeated one finds the first one's work. */
export function volumeName(claim: PersistentVolumeClaim): string {
  return `pvc-${claim.metadata.uid}`;
}

/** The volume object for a directory, in the shape rancher's provisioner gives it. */
export function volumeFor(
  claim: PersistentVolumeClaim,
  { storageClass, path }: { readonly storageClass: StorageClass; readonly path: string },
): Draft<PersistentVolume> {
  const { name, namespace = "", uid, resourceVersion } = claim.metadata;
  const hostname = { key: labels.hostname, operator: "In", values: [wellKnown.nodeName] };
  return {
    metadata: {
      name: volumeName(claim),
      annotations: {
        "local.path.provisioner/selected-node": wellKnown.nodeName,
        [annotations.provisionedBy]: wellKnown.localPathProvisioner,
      },
    },
    spec: {
      accessModes: claim.spec.accessModes ?? [],
      capacity: { storage: claim.spec.resources?.requests?.["storage"] ?? "0" },
      claimRef: { apiVersion: "v1", kind: "PersistentVolumeClaim", name, namespace, uid, resourceVersion },
      hostPath: { path, type: "DirectoryOrCreate" },
      nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [hostname] }] } },
      persistentVolumeReclaimPolicy: storageClass.reclaimPolicy ?? "Delete",
      storageClassName: storageClass.metadata.name,
      volumeMode: claim.spec.volumeMode ?? "Filesystem",
      ...(storageClass.mountOptions === undefined ? {} : { mountOptions: storageClass.mountOptions }),
    },
  };
}
