import { startInformer, type Client, type EventRecorder, type Informer } from "@ordinal/client";
import { createStopStack, type Clock, type Logger, type Stoppable } from "@ordinal/runtime";
import type { PersistentVolume, PersistentVolumeClaim } from "@ordinal/api";
import type { VolumeBackend, VolumeFiller } from "../backend/volume-backend.ts";
import type { Disk } from "../disk/disk.ts";
import type { KnownBases } from "../backend/known-bases.ts";
import { createContentFiller } from "./content-filler.ts";
import { startContentController } from "./controller/content-controller.ts";
import { snapshotIndexes, startSnapshotLoop } from "./controller/snapshot-controller.ts";
import { startSourceProtection } from "./controller/source-protection.ts";
import { hostTools, type CopyTools } from "./copy/tools.ts";
import { startSweeper } from "./store/sweeper.ts";
import { createSnapshotStore } from "./store/snapshot-store.ts";

export interface SnapshotsOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
  readonly disk: Disk;
  /** Where volumes lie, and so snapshots. */
  readonly bases: KnownBases;
  readonly backends: ReadonlyMap<string, VolumeBackend>;
  readonly events: (component: string) => EventRecorder;
  readonly claims: Informer<PersistentVolumeClaim>;
  readonly volumes: Informer<PersistentVolume>;
  /** Called when a claim that waits for a snapshot may have it now. */
  readonly onReady: () => void;
  /** Defaults to the programs of this machine. */
  readonly tools?: CopyTools;
}

/** Makes snapshots of volumes and volumes of snapshots and of other claims. */
export interface Snapshots extends Stoppable {
  /** Fills new volumes for claims with a `dataSource` or `dataSourceRef`. */
  readonly filler: VolumeFiller;
  /** Ends what the filler is doing, and what it is asked for after that. */
  stopFilling(): Promise<void>;
}

/** The snapshot-controller and the csi-snapshotter of all our volumes in one. */
export function startSnapshotController(given: SnapshotsOptions): Snapshots {
  const { client, clock, log, disk, tools = hostTools, onReady } = given;
  const parts = createStopStack();
  const follow = { client, clock, log };
  const snapshots = parts.add(startInformer("volumesnapshots", { ...follow, indexes: snapshotIndexes }));
  const contents = parts.add(startInformer("volumesnapshotcontents", follow));
  const classes = parts.add(startInformer("volumesnapshotclasses", follow));
  const store = createSnapshotStore({ disk, clock, tools });
  const options = { ...given, tools, store, snapshots, contents, classes };
  const filler = parts.add(createContentFiller(options));
  parts.add(startSweeper(options));
  parts.add(startSourceProtection(options));
  parts.add(startContentController(options));
  parts.add(startSnapshotLoop(options));
  const stopFollowing = snapshots.onChange(({ before, after }) => {
    if (after?.status?.readyToUse === true && before?.status?.readyToUse !== true) onReady();
  });
  parts.add({ stop: async () => stopFollowing() });
  return { filler, stopFilling: async () => await filler.stop(), stop: async () => await parts.stop() };
}
