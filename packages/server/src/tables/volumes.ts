import {
  annotations,
  isTerminating,
  type PersistentVolume,
  type PersistentVolumeClaim,
  type StorageClass,
} from "@ordinal/api";
import { timeSince } from "./human-duration.ts";
import { ageColumn, column, nameColumn, wide, type TablePrinter } from "./table.ts";

/** The annotation that named a class before the field did; it still wins where it is set. */
const betaStorageClass = "volume.beta.kubernetes.io/storage-class";
const betaDefaultClass = "storageclass.beta.kubernetes.io/is-default-class";

const shortModes: readonly (readonly [mode: string, short: string])[] = [
  ["ReadWriteOnce", "RWO"],
  ["ReadOnlyMany", "ROX"],
  ["ReadWriteMany", "RWX"],
  ["ReadWriteOncePod", "RWOP"],
];

export const persistentVolumeTable: TablePrinter<PersistentVolume> = {
  columns: [
    nameColumn,
    column("Capacity", "Size of the volume."),
    column("Access Modes", "Ways the volume can be mounted."),
    column("Reclaim Policy", "What happens to the volume when its claim goes."),
    column("Status", "Whether the volume is free, bound or released."),
    column("Claim", "Namespace and name of the claim that has the volume."),
    column("StorageClass", "Class of the volume."),
    column("VolumeAttributesClass", "Attributes class of the volume."),
    column("Reason", "Why the volume is in a failed state."),
    ageColumn,
    column("VolumeMode", "Filesystem or Block.", wide),
  ],
  cells: (volume, nowMs) => [
    volume.metadata.name,
    volume.spec.capacity?.["storage"] ?? "0",
    accessModes(volume.spec.accessModes),
    volume.spec.persistentVolumeReclaimPolicy ?? "",
    isTerminating(volume) ? "Terminating" : (volume.status?.phase ?? ""),
    volume.spec.claimRef === undefined
      ? ""
      : `${volume.spec.claimRef.namespace ?? ""}/${volume.spec.claimRef.name ?? ""}`,
    classOf(volume),
    volume.spec.volumeAttributesClassName ?? "<unset>",
    volume.status?.reason ?? "",
    timeSince(volume.metadata.creationTimestamp, nowMs),
    volume.spec.volumeMode ?? "<unset>",
  ],
};

export const persistentVolumeClaimTable: TablePrinter<PersistentVolumeClaim> = {
  columns: [
    nameColumn,
    column("Status", "Whether the claim has a volume."),
    column("Volume", "The volume the claim is bound to."),
    column("Capacity", "Size of that volume."),
    column("Access Modes", "Ways that volume can be mounted."),
    column("StorageClass", "Class of the claim."),
    column("VolumeAttributesClass", "Attributes class of the claim."),
    ageColumn,
    column("VolumeMode", "Filesystem or Block.", wide),
  ],
  cells(claim, nowMs) {
    const hasVolume = (claim.spec.volumeName ?? "") !== "";
    return [
      claim.metadata.name,
      isTerminating(claim) ? "Terminating" : (claim.status?.phase ?? ""),
      claim.spec.volumeName ?? "",
      hasVolume ? (claim.status?.capacity?.["storage"] ?? "0") : "",
      hasVolume ? accessModes(claim.status?.accessModes) : "",
      classOf(claim),
      claim.spec.volumeAttributesClassName ?? "<unset>",
      timeSince(claim.metadata.creationTimestamp, nowMs),
      claim.spec.volumeMode ?? "<unset>",
    ];
  },
};

export const storageClassTable: TablePrinter<StorageClass> = {
  columns: [
    nameColumn,
    column("Provisioner", "Who makes volumes of this class."),
    column("ReclaimPolicy", "What happens to such volumes when their claim goes."),
    column("VolumeBindingMode", "When a claim gets its volume."),
    column("AllowVolumeExpansion", "Whether claims may grow."),
    ageColumn,
  ],
  cells: (storageClass, nowMs) => [
    isDefaultClass(storageClass) ? `${storageClass.metadata.name} (default)` : storageClass.metadata.name,
    storageClass.provisioner,
    storageClass.reclaimPolicy ?? "Delete",
    storageClass.volumeBindingMode ?? "Immediate",
    storageClass.allowVolumeExpansion ?? false,
    timeSince(storageClass.metadata.creationTimestamp, nowMs),
  ],
};

function accessModes(modes: readonly string[] | undefined): string {
  return shortModes
    .filter(([mode]) => modes?.includes(mode))
    .map(([, short]) => short)
    .join(",");
}

function classOf({ metadata, spec }: PersistentVolume | PersistentVolumeClaim): string {
  return metadata.annotations?.[betaStorageClass] ?? spec.storageClassName ?? "";
}

function isDefaultClass({ metadata }: StorageClass): boolean {
  return [annotations.defaultStorageClass, betaDefaultClass].some((key) => metadata.annotations?.[key] === "true");
}
