import { join } from "node:path";
import { isApiError, type PersistentVolume, type PersistentVolumeClaim } from "@ordinal/api";
import { createEventRecorder, keyOf, refOf, startInformer, type Client } from "@ordinal/client";
import { describeError, startReconcileLoop, type Clock, type Logger, type Stoppable } from "@ordinal/runtime";
import fsExtra from "fs-extra";
import { isToBeRemoved, refusal, volumeFor, volumeName, wantsVolume } from "./plan.ts";
import { directoryName, makeDirectory, ownDirectory, removeDirectory } from "./volume-directory.ts";

export interface ProvisionerOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
  /** Absolute path under which the directories are made; made itself when missing. */
  readonly volumesDir: string;
}

/** Makes the directory and the volume object a claim waits for, and removes both when the claim is gone under reclaim policy Delete. */
export async function startProvisioner({ client, clock, log, volumesDir }: ProvisionerOptions): Promise<Stoppable> {
  await fsExtra.ensureDir(volumesDir);
  const claims = startInformer("persistentvolumeclaims", { client, clock, log });
  const volumes = startInformer("persistentvolumes", { client, clock, log });
  const classes = startInformer("storageclasses", { client, clock, log });
  const events = createEventRecorder({ client, clock, log, component: "rancher.io/local-path" });
  const claimLoop = startReconcileLoop({ name: "provisioning", reconcile: provision, clock, log, capMs: 15_000 });
  const volumeLoop = startReconcileLoop({ name: "reclaiming", reconcile: reclaim, clock, log, capMs: 15_000 });
  claims.onChange(({ after }) => {
    if (after !== undefined && wantsVolume(after)) claimLoop.enqueue(keyOf(after));
  });
  volumes.onChange(({ after }) => {
    if (after !== undefined && isToBeRemoved(after)) volumeLoop.enqueue(keyOf(after));
  });

  async function provision(key: string): Promise<void> {
    await Promise.all([claims.synced, volumes.synced, classes.synced]);
    const claim = claims.get(key);
    if (claim === undefined || !wantsVolume(claim) || volumes.get(volumeName(claim)) !== undefined) return;
    const problem = refusal(claim);
    if (problem !== undefined) {
      failed(claim, problem);
      return;
    }
    try {
      await provisionFor(claim);
    } catch (error) {
      failed(claim, describeError(error));
      throw error;
    }
  }

  async function provisionFor(claim: PersistentVolumeClaim): Promise<void> {
    const storageClass = classes.get(claim.spec.storageClassName ?? "");
    if (storageClass === undefined)
      throw new Error(`storageclass.storage.k8s.io "${claim.spec.storageClassName}" not found`);
    const { namespace = "", name } = claim.metadata;
    const path = join(volumesDir, directoryName(volumeName(claim), { namespace, name }));
    await makeDirectory(path);
    await createUnlessPresent(claim, volumeFor(claim, { storageClass, path }));
    const message = `Successfully provisioned volume ${volumeName(claim)}`;
    events.record(claim, { type: "Normal", reason: "ProvisioningSucceeded", message });
  }

  async function createUnlessPresent(
    claim: PersistentVolumeClaim,
    volume: ReturnType<typeof volumeFor>,
  ): Promise<void> {
    try {
      await client.create("persistentvolumes", volume);
    } catch (error) {
      if (!isApiError(error, "AlreadyExists")) throw error;
      log.debug("the volume was made by an earlier attempt", { claim: keyOf(claim) });
    }
  }

  function failed(claim: PersistentVolumeClaim, problem: string): void {
    const className = claim.spec.storageClassName ?? "";
    const message = `failed to provision volume with StorageClass "${className}": ${problem}`;
    events.record(claim, { type: "Warning", reason: "ProvisioningFailed", message });
  }

  async function reclaim(key: string): Promise<void> {
    const volume = volumes.get(key);
    if (volume === undefined || !isToBeRemoved(volume)) return;
    try {
      await removeDirectoryOf(volume);
    } catch (error) {
      events.record(volume, { type: "Warning", reason: "VolumeFailedDelete", message: describeError(error) });
      throw error;
    }
    await removeObject(volume);
  }

  async function removeDirectoryOf(volume: PersistentVolume): Promise<void> {
    const named = volume.spec.hostPath?.path ?? volume.spec.local?.path ?? "";
    const path = ownDirectory(volumesDir, named);
    if (path === undefined) {
      throw new Error(
        `will not remove ${JSON.stringify(named)}: it is not a volume directory directly under ${volumesDir}; remove it by hand and delete the PersistentVolume`,
      );
    }
    await removeDirectory(path);
  }

  async function removeObject(volume: PersistentVolume): Promise<void> {
    const preconditions = { uid: volume.metadata.uid };
    try {
      await client.delete("persistentvolumes", refOf(keyOf(volume)), { preconditions });
    } catch (error) {
      if (!isApiError(error, "NotFound", "Conflict")) throw error;
    }
  }

  return {
    async stop() {
      await Promise.all([claims.stop(), volumes.stop(), classes.stop()]);
      await Promise.all([claimLoop.stop(), volumeLoop.stop()]);
    },
  };
}
