import type {
  PersistentVolume,
  PersistentVolumeClaim,
  VolumeSnapshot,
  VolumeSnapshotClass,
  VolumeSnapshotContent,
} from "@ordinal/api";
import type { Client, EventRecorder, Informer } from "@ordinal/client";
import type { Clock, Logger } from "@ordinal/runtime";
import type { VolumeBackend } from "../../backend/volume-backend.ts";
import type { Disk } from "../../disk/disk.ts";
import type { KnownBases } from "../../backend/known-bases.ts";
import type { CopyTools } from "../copy/tools.ts";
import type { SnapshotStore } from "../store/snapshot-store.ts";

/** What all that has to do with snapshots and clones stands on. */
export interface SnapshotOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
  readonly disk: Disk;
  readonly tools: CopyTools;
  readonly store: SnapshotStore;
  /** Where volumes lie, and so snapshots. */
  readonly bases: KnownBases;
  /** By the provisioner's name. */
  readonly backends: ReadonlyMap<string, VolumeBackend>;
  /** The recorder that speaks in the name of a provisioner or controller. */
  readonly events: (component: string) => EventRecorder;
  readonly claims: Informer<PersistentVolumeClaim>;
  readonly volumes: Informer<PersistentVolume>;
  readonly snapshots: Informer<VolumeSnapshot>;
  readonly contents: Informer<VolumeSnapshotContent>;
  readonly classes: Informer<VolumeSnapshotClass>;
}
