import type { VolumeSnapshot, VolumeSnapshotClass, VolumeSnapshotContent } from "@ordinal/api";
import { timeSince } from "./human-duration.ts";
import { column, nameColumn, type Cell, type TablePrinter } from "./table.ts";

const age = column("Age", "Time since the API server created the object.", { type: "date" });

/** Source of all columns here: `additionalPrinterColumns` of external-snapshotter's CustomResourceDefinitions v8. */
export const snapshotTable: TablePrinter<VolumeSnapshot> = {
  columns: [
    nameColumn,
    column("ReadyToUse", "Whether volumes can be made of the snapshot.", { type: "boolean" }),
    column("SourcePVC", "The claim the snapshot is made of."),
    column("SourceSnapshotContent", "The content of a snapshot that was there already."),
    column("RestoreSize", "The smallest size of a volume that can be made of the snapshot."),
    column("SnapshotClass", "Class of the snapshot."),
    column("SnapshotContent", "The content the snapshot is bound to."),
    column("CreationTime", "The moment the snapshot shows the volume at.", { type: "date" }),
    age,
  ],
  cells: ({ metadata, spec, status }, nowMs) => [
    metadata.name,
    status?.readyToUse ?? null,
    spec.source.persistentVolumeClaimName ?? null,
    spec.source.volumeSnapshotContentName ?? null,
    status?.restoreSize ?? null,
    spec.volumeSnapshotClassName ?? null,
    status?.boundVolumeSnapshotContentName ?? null,
    since(status?.creationTime, nowMs),
    timeSince(metadata.creationTimestamp, nowMs),
  ],
};

export const snapshotContentTable: TablePrinter<VolumeSnapshotContent> = {
  columns: [
    nameColumn,
    column("ReadyToUse", "Whether volumes can be made of the snapshot.", { type: "boolean" }),
    column("RestoreSize", "The smallest size in bytes of a volume that can be made of it.", { type: "integer" }),
    column("DeletionPolicy", "Whether the bytes go with the VolumeSnapshot."),
    column("Driver", "The driver that keeps the bytes."),
    column("VolumeSnapshotClass", "Class of the snapshot."),
    column("VolumeSnapshot", "Name of the snapshot this is bound to."),
    column("VolumeSnapshotNamespace", "Namespace of that snapshot."),
    age,
  ],
  cells: ({ metadata, spec, status }, nowMs) => [
    metadata.name,
    status?.readyToUse ?? null,
    status?.restoreSize ?? null,
    spec.deletionPolicy,
    spec.driver,
    spec.volumeSnapshotClassName ?? null,
    spec.volumeSnapshotRef.name ?? null,
    spec.volumeSnapshotRef.namespace ?? null,
    timeSince(metadata.creationTimestamp, nowMs),
  ],
};

export const snapshotClassTable: TablePrinter<VolumeSnapshotClass> = {
  columns: [
    nameColumn,
    column("Driver", "The driver whose volumes this class is for."),
    column("DeletionPolicy", "Whether the bytes go with the VolumeSnapshot."),
    age,
  ],
  cells: ({ metadata, driver, deletionPolicy }, nowMs) => [
    metadata.name,
    driver,
    deletionPolicy,
    timeSince(metadata.creationTimestamp, nowMs),
  ],
};

function since(time: string | undefined, nowMs: number): Cell {
  return time === undefined ? null : timeSince(time, nowMs);
}
