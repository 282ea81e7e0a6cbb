/**
 * The types of snapshot.storage.k8s.io/v1, which `kubernetes-types` does not have. Written in its form, because
 * scripts/generate-schema.ts reads both. Source: the CustomResourceDefinitions of kubernetes-csi/external-snapshotter v8.
 */
import type { ObjectReference } from "kubernetes-types/core/v1.d.ts";
import type { ObjectMeta } from "kubernetes-types/meta/v1.d.ts";

/** Any JSON number with a unit, or a string such as `1Gi`. */
type Quantity = string;
/** RFC 3339 in whole seconds. */
type Time = string;

/**
 * VolumeSnapshotClass says how snapshots are made of the volumes of one driver, and what becomes of them. It belongs to
 * no namespace.
 */
export interface VolumeSnapshotClass {
  /** The version of the API this object is written in. */
  apiVersion?: "snapshot.storage.k8s.io/v1";
  /** The kind of this object. */
  kind?: "VolumeSnapshotClass";
  /** Standard metadata of an object. */
  metadata?: ObjectMeta;
  /** The driver whose volumes this class is for: the provisioner of their StorageClass. Required. */
  driver: string;
  /**
   * What becomes of a snapshot when its VolumeSnapshot is deleted: "Delete" removes the VolumeSnapshotContent and the
   * stored bytes, "Retain" keeps both. Required.
   */
  deletionPolicy: string;
  /** Settings for the driver, whose meaning only the driver knows. */
  parameters?: { [name: string]: string };
}

/** VolumeSnapshot asks for a snapshot of a claim's volume, or for one that is there already. */
export interface VolumeSnapshot {
  /** The version of the API this object is written in. */
  apiVersion?: "snapshot.storage.k8s.io/v1";
  /** The kind of this object. */
  kind?: "VolumeSnapshot";
  /** Standard metadata of an object. */
  metadata?: ObjectMeta;
  /** What is asked for. Required. */
  spec: VolumeSnapshotSpec;
  /** What is there. Trust it only when the VolumeSnapshotContent it names points back at this object. */
  status?: VolumeSnapshotStatus;
}

/** VolumeSnapshotSpec is what a user asks of a snapshot. */
export interface VolumeSnapshotSpec {
  /** What the snapshot is made of. Cannot be changed. Required. */
  source: VolumeSnapshotSource;
  /**
   * The VolumeSnapshotClass to use. When it is left out, the default class for the driver of the volume is filled in;
   * more or fewer than one default class is an error. May not be empty.
   */
  volumeSnapshotClassName?: string;
}

/** VolumeSnapshotSource names a claim to make a snapshot of, or a snapshot that is there already: exactly one of them. */
export interface VolumeSnapshotSource {
  /** The PersistentVolumeClaim, in the same namespace, of whose volume a snapshot is to be made. Cannot be changed. */
  persistentVolumeClaimName?: string;
  /** The VolumeSnapshotContent of a snapshot that is there already. Cannot be changed. */
  volumeSnapshotContentName?: string;
}

/** VolumeSnapshotStatus is what is known about a snapshot. */
export interface VolumeSnapshotStatus {
  /** The VolumeSnapshotContent this snapshot is bound to, or is going to be. */
  boundVolumeSnapshotContentName?: string;
  /** The moment the snapshot shows the volume at. */
  creationTime?: Time;
  /** The last error that was met while making the snapshot, which is tried again; gone after success. */
  error?: VolumeSnapshotError;
  /** Whether volumes can be made of the snapshot. */
  readyToUse?: boolean;
  /** The smallest size of a volume that can be made of the snapshot. */
  restoreSize?: Quantity;
  /** The VolumeGroupSnapshot this snapshot is a part of. */
  volumeGroupSnapshotName?: string;
}

/** VolumeSnapshotError is what went wrong, and when. */
export interface VolumeSnapshotError {
  /** What went wrong. It may be logged, so it holds no secrets. */
  message?: string;
  /** When it was met. */
  time?: Time;
}

/** VolumeSnapshotContent stands for the stored bytes of a snapshot. It belongs to no namespace. */
export interface VolumeSnapshotContent {
  /** The version of the API this object is written in. */
  apiVersion?: "snapshot.storage.k8s.io/v1";
  /** The kind of this object. */
  kind?: "VolumeSnapshotContent";
  /** Standard metadata of an object. */
  metadata?: ObjectMeta;
  /** What is stored, or to be stored. Required. */
  spec: VolumeSnapshotContentSpec;
  /** What is there. */
  status?: VolumeSnapshotContentStatus;
}

/** VolumeSnapshotContentSpec says which snapshot this is, and whose. */
export interface VolumeSnapshotContentSpec {
  /**
   * What becomes of this object and the stored bytes when the VolumeSnapshot it is bound to is deleted: "Delete" or
   * "Retain". Taken from the class for a snapshot that is made on demand. Required.
   */
  deletionPolicy: string;
  /** The driver that keeps the bytes. Required. */
  driver: string;
  /** Where the snapshot comes from. Cannot be changed. Required. */
  source: VolumeSnapshotContentSource;
  /** The mode of the volume the snapshot is of, "Filesystem" or "Block". Cannot be changed. */
  sourceVolumeMode?: string;
  /** The VolumeSnapshotClass the snapshot was made by. The class may have changed since. */
  volumeSnapshotClassName?: string;
  /**
   * The VolumeSnapshot this object is bound to. For a snapshot that is there already, name and namespace must be given,
   * and the uid is filled in by binding. Required.
   */
  volumeSnapshotRef: ObjectReference;
}

/** VolumeSnapshotContentSource names a volume to make a snapshot of, or stored bytes: exactly one of them. */
export interface VolumeSnapshotContentSource {
  /** The driver's name for a snapshot that is there already. Cannot be changed. */
  snapshotHandle?: string;
  /** The driver's name for the volume a snapshot is to be made of. Cannot be changed. */
  volumeHandle?: string;
}

/** VolumeSnapshotContentStatus is what is known about the stored bytes. */
export interface VolumeSnapshotContentStatus {
  /** The moment the snapshot shows the volume at, in nanoseconds since 1970. */
  creationTime?: number;
  /** The last error that was met while making the snapshot; gone after success. */
  error?: VolumeSnapshotError;
  /** Whether volumes can be made of the snapshot. */
  readyToUse?: boolean;
  /** The smallest size in bytes of a volume that can be made of the snapshot. */
  restoreSize?: number;
  /** The driver's name for the snapshot. Left out while there is none yet. */
  snapshotHandle?: string;
  /** The driver's name for the group this snapshot is a part of. */
  volumeGroupSnapshotHandle?: string;
}
