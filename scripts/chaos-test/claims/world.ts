import type { PersistentVolume, PersistentVolumeClaim, Pod, VolumeSnapshot, VolumeSnapshotContent } from "@ordinal/api";
import type { Markers } from "./markers.ts";
import type { TrashLine } from "./trash-entry.ts";

/** Everything there is: the objects, the directories with what is in them, and what the kernel holds. */
export interface World {
  readonly claims: readonly PersistentVolumeClaim[];
  readonly volumes: readonly PersistentVolume[];
  readonly snapshots: readonly VolumeSnapshot[];
  readonly contents: readonly VolumeSnapshotContent[];
  readonly pods: readonly Pod[];
  readonly volumesDir: string;
  /** Directories among the volumes, by their whole path, but none inside of one that holds markers. */
  readonly directories: readonly string[];
  /** What the directories hold, the trash's and the snapshots' too. What is in images only where that was looked at. */
  readonly held: Readonly<Record<string, Markers>>;
  /** Whether what is in images was looked at. */
  readonly knowsImages: boolean;
  readonly trash: readonly TrashLine[];
  /** The names in `.snapshots`. */
  readonly snapshotDirs: readonly string[];
  /** What work that was interrupted has left: drafts, and what is being removed. */
  readonly leftovers: readonly string[];
  /** Volumes that the journal says are still being made. */
  readonly openIntents: readonly string[];
  /** Mount points below the data directory that are the node's, and files below it that loop devices hold. */
  readonly mounts: readonly string[];
  readonly loopFiles: readonly string[];
}
