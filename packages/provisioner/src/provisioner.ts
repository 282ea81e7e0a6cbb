import { join } from "node:path";
import { wellKnown } from "@ordinal/api";
import { createEventRecorder, startInformer, type Client, type EventRecorder } from "@ordinal/client";
import { createStopStack, type Clock, type Logger, type Stoppable } from "@ordinal/runtime";
import { openKnownBases } from "./backend/known-bases.ts";
import { nodeDisk, type Disk } from "./disk/disk.ts";
import { ensureDirectory } from "./disk/ensure-directory.ts";
import { createSharedSync } from "./disk/shared-sync.ts";
import { startExpansion } from "./expand/expansion.ts";
import { createLocalImageBackend } from "./local-image/local-image-backend.ts";
import { createLocalPathBackend } from "./local-path/local-path-backend.ts";
import { onePath, type LocalPathSettings } from "./local-path/local-path-config.ts";
import { openJournal } from "./provision/journal.ts";
import { createOccupancy, occupancyIndexes } from "./provision/occupancy.ts";
import { claimIndexes, startProvisioning } from "./provision/provisioning.ts";
import { startReclaiming } from "./provision/reclaiming.ts";
import { startSnapshotController } from "./snapshots/snapshots.ts";
import { openTrash, type TrashOptions } from "./trash/trash.ts";

export interface ProvisionerOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
  /** Absolute path under which the directories are made; made itself when missing. */
  readonly volumesDir: string;
  /** The node this is on. Defaults to the one node of the machine. */
  readonly nodeName?: string;
  /** Where volumes of local-path lie and how they are made. Defaults to plain directories below `volumesDir`. */
  readonly localPath?: LocalPathSettings;
  /** How long deleted volumes are kept, and how much room is to be left. */
  readonly trash?: Pick<TrashOptions, "holdMs" | "minFree" | "checkMs">;
  /** How long after a first failure it is tried again. Defaults to 500. */
  readonly retryMs?: number;
  /** The file system. Defaults to the real one. */
  readonly disk?: Disk;
}

/** Makes the directory and the volume object a claim waits for, and removes both when the claim is gone under reclaim policy Delete. */
export async function startProvisioner(options: ProvisionerOptions): Promise<Stoppable> {
  const { client, clock, log, volumesDir, nodeName = wellKnown.nodeName, disk = nodeDisk, localPath } = options;
  const byDefault = onePath(volumesDir);
  const parts = createStopStack({ clock, log }); // stops in reverse order; also if a later line throws
  return await parts.guard(async () => {
    const ending = new AbortController();
    const sync = createSharedSync(disk);
    await ensureDirectory(volumesDir, { disk, sync });
    const journal = parts.add(
      await openJournal(join(volumesDir, ".journal"), { disk, clock, log, retryMs: options.retryMs }),
      "journal",
    );
    const bases = await openKnownBases(volumesDir, disk);
    const trash = parts.add(await openTrash({ client, clock, log, disk, bases, ...options.trash }), "trash");
    const claims = parts.add(
      startInformer("persistentvolumeclaims", { client, clock, log, indexes: claimIndexes }),
      "informer of claims",
    );
    const volumes = parts.add(
      startInformer("persistentvolumes", { client, clock, log, indexes: occupancyIndexes }),
      "informer of volumes",
    );
    const classes = parts.add(startInformer("storageclasses", { client, clock, log }), "informer of classes");
    const nodes = parts.add(startInformer("nodes", { client, clock, log }), "informer of nodes");
    const backends = [
      createLocalPathBackend({
        disk,
        sync,
        clock,
        bases,
        config: () => localPath?.current() ?? byDefault,
        ending: ending.signal,
        node: (name) => nodes.get(name),
        hasVolumesBelow: (directory) => volumes.by("above", directory).length > 0,
      }),
      createLocalImageBackend({ disk, sync, volumesDir }),
    ];
    const byName = new Map(backends.map((backend) => [backend.provisioner, backend]));
    const events = recorders({ client, clock, log });
    const snapshots = parts.add(
      startSnapshotController({
        client,
        clock,
        log,
        disk,
        bases,
        events,
        claims,
        volumes,
        backends: byName,
        onReady: () => provisioning.retryFailing(),
      }),
      "snapshots",
    );
    const shared = {
      client,
      clock,
      log,
      disk,
      sync,
      journal,
      claims,
      volumes,
      classes,
      nodes,
      nodeName,
      ending: ending.signal,
      retryMs: options.retryMs,
      occupancy: createOccupancy(volumes),
      events,
      backends: byName,
      fillers: [trash.filler, snapshots.filler],
      trash,
    };
    const provisioning = parts.add(startProvisioning(shared), "provisioning");
    // Before the loop above, which waits for what it has begun.
    parts.add({ stop: async () => await snapshots.stopFilling() }, "filling of volumes");
    const stopFollowing = localPath?.onChange(() => provisioning.retryFailing());
    parts.add({ stop: async () => stopFollowing?.() });
    parts.add(startReclaiming(shared), "reclaiming");
    parts.add(startExpansion({ client, clock, log, claims, volumes, backends }), "expansion");
    parts.add({ stop: async () => ending.abort() }, "scripts");
    return parts;
  });
}

/** Events come from the provisioner that a class names. */
function recorders(options: Pick<ProvisionerOptions, "client" | "clock" | "log">): (name: string) => EventRecorder {
  const byName = new Map<string, EventRecorder>();
  return (name) => {
    const recorder = byName.get(name) ?? createEventRecorder({ ...options, component: name });
    byName.set(name, recorder);
    return recorder;
  };
}
