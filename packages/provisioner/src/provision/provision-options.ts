import type { Node, PersistentVolume, PersistentVolumeClaim, StorageClass } from "@ordinal/api";
import type { Client, EventRecorder, Informer } from "@ordinal/client";
import type { Clock, Logger } from "@ordinal/runtime";
import type { VolumeBackend, VolumeFiller } from "../backend/volume-backend.ts";
import type { Disk } from "../disk/disk.ts";
import type { SyncDirectory } from "../disk/shared-sync.ts";
import type { Trash } from "../trash/trash.ts";
import type { Journal } from "./journal.ts";
import type { Occupancy } from "./occupancy.ts";

/** What both loops stand on. */
export interface ProvisionOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
  readonly disk: Disk;
  readonly sync: SyncDirectory;
  readonly journal: Journal;
  readonly occupancy: Occupancy;
  /** The recorder that speaks in the name of a provisioner. */
  readonly events: (provisioner: string) => EventRecorder;
  /** By the provisioner's name. */
  readonly backends: ReadonlyMap<string, VolumeBackend>;
  readonly fillers: readonly VolumeFiller[];
  /** Where directories go that nobody needs any more. */
  readonly trash: Pick<Trash, "makeRoom" | "put">;
  readonly nodeName: string;
  /** Aborts when the provisioner is being stopped. What fails then was cut short, and is taken up at the next start. */
  readonly ending: AbortSignal;
  /** How long after a first failure it is tried again. Defaults to 500. */
  readonly retryMs?: number | undefined;
  readonly claims: Informer<PersistentVolumeClaim>;
  readonly volumes: Informer<PersistentVolume>;
  readonly classes: Informer<StorageClass>;
  readonly nodes: Informer<Node>;
}
