import { annotations, isApiError, type PersistentVolume } from "@ordinal/api";
import { refOf } from "@ordinal/client";
import { describeError, startReconcileLoop, unreachable, type Outcome, type Stoppable } from "@ordinal/runtime";
import type { VolumeBackend } from "../backend/volume-backend.ts";
import { checkWay, removeEmptyParents } from "../disk/plain-way.ts";
import { hasFinalizer, planVolume, withoutFinalizer } from "./plan-volume.ts";
import type { ProvisionOptions } from "./provision-options.ts";
import { createRetries } from "./retries.ts";
import { areSynced } from "./synced.ts";
import { whereabouts } from "./whereabouts.ts";

/**
 * Takes away the directory and the object of volumes whose claim has gone under reclaim policy Delete, and keeps the
 * finalizer that makes an object wait for that. Source: sig-storage-lib `syncVolume`.
 */
export function startReclaiming(options: ProvisionOptions): Stoppable {
  const { backends, client, clock, disk, events, journal, log, nodes, nodeName, occupancy, trash, volumes } = options;
  const retries = createRetries(options.retryMs);
  const loop = startReconcileLoop({ name: "reclaiming", reconcile, clock, log, concurrency: 32, capMs: 15_000 });
  const stopListening = volumes.onChange(({ before, after }) => {
    if (after === undefined) retries.clear(before?.metadata.name ?? "");
    else if (backends.has(provisionerOf(after)) && planVolume(after).do !== "nothing" && !isOwnNote(before, after)) {
      const { name } = after.metadata;
      if (retries.isWaiting(name)) retries.clear(name);
      loop.enqueue(name);
    }
  });

  async function reconcile(name: string, signal: AbortSignal): Promise<Outcome> {
    if (!(await areSynced([volumes, nodes], signal))) return {};
    // Not the informer's copy: what is taken away has to be so by the object as it is now.
    const volume = await current(name);
    const backend = volume === undefined ? undefined : backends.get(provisionerOf(volume));
    if (volume === undefined || backend === undefined) return {};
    const step = planVolume(volume);
    switch (step.do) {
      case "nothing":
        return {};
      case "setFinalizers":
        await setFinalizers(volume, step.finalizers);
        return {};
      case "remove":
        return await remove(volume, backend);
      default:
        return unreachable(step);
    }
  }

  async function current(name: string): Promise<PersistentVolume | undefined> {
    try {
      return await client.get("persistentvolumes", { name });
    } catch (error) {
      if (isApiError(error, "NotFound")) return undefined;
      throw error;
    }
  }

  async function remove(volume: PersistentVolume, backend: VolumeBackend): Promise<Outcome> {
    const { name } = volume.metadata;
    const where = whereabouts(volume, { nodeName, get: (node) => nodes.get(node), list: () => nodes.list() });
    if (where === "elsewhere") return {};
    try {
      if (where === "here") await removeBytes(volume, backend);
      else sayGone(volume);
    } catch (error) {
      if (options.ending.aborted) return {};
      await failed(volume, describeError(error));
      return { againMs: retries.failed(name) };
    }
    await removeObject(volume);
    retries.clear(name);
    return {};
  }

  async function removeBytes(volume: PersistentVolume, backend: VolumeBackend): Promise<void> {
    const { name } = volume.metadata;
    const found = backend.placeOf(volume);
    if (!found.ok) throw new Error(found.error);
    const place = found.value;
    const others = occupancy.neighbours(name, place);
    const inside = others.find(({ lies }) => lies === "inside");
    if (inside !== undefined)
      throw new Error(
        `will not remove ${place.path}: it holds the directory of volume ${inside.volumeName}, which has to go first`,
      );
    // Whoever shares the directory keeps it; the last one takes it along.
    if (others.some(({ lies }) => lies === "same")) return;
    occupancy.hold(name, place.path);
    try {
      await checkWay(disk, place);
      if (await backend.letGo(volume, place)) await trash.put(place, volume);
      await removeEmptyParents(place, options);
    } finally {
      occupancy.release(name);
    }
  }

  /** The directory is on a disk that nobody here can reach, so that only the object can go. See rancher's issue 31. */
  function sayGone(volume: PersistentVolume): void {
    const message = "the node of the volume does not exist any more: only the object is removed, and no directory";
    events(provisionerOf(volume)).record(volume, { type: "Warning", reason: "NodeNotFound", message });
  }

  async function failed(volume: PersistentVolume, message: string): Promise<void> {
    events(provisionerOf(volume)).record(volume, { type: "Warning", reason: "VolumeFailedDelete", message });
    if (volume.status?.phase === "Failed" && volume.status.message === message) return;
    const at = refOf(volume.metadata.name);
    const body = { metadata: { uid: volume.metadata.uid }, status: { phase: "Failed", message } };
    await client
      .patch("persistentvolumes", at, { type: "merge", body, subresource: "status" })
      .catch((error: unknown) => {
        log.debug("could not write the phase of a volume", {
          volume: volume.metadata.name,
          error: describeError(error),
        });
      });
  }

  async function removeObject(volume: PersistentVolume): Promise<void> {
    const { name, uid } = volume.metadata;
    try {
      const left = await client.delete("persistentvolumes", { name }, { preconditions: { uid } });
      await letGo(left);
    } catch (error) {
      // Gone, or another one of this name.
      if (!isApiError(error, "NotFound", "Conflict")) throw error;
    }
  }

  /** Takes our finalizer away at once, however others change the object meanwhile: else the directory would be dealt with anew. */
  async function letGo(volume: PersistentVolume): Promise<void> {
    let left: PersistentVolume | undefined = volume;
    while (left !== undefined && left.metadata.uid === volume.metadata.uid && hasFinalizer(left)) {
      try {
        await setFinalizers(left, withoutFinalizer(left));
        return;
      } catch (error) {
        if (!isApiError(error, "Conflict")) throw error;
        left = await current(volume.metadata.name);
      }
    }
  }

  /**
   * Fails with Conflict, and so is tried again, when somebody has changed the object meanwhile. Without our finalizer the
   * object may go while its directory stays, under Retain; so the journal must have forgotten it before, on disk, or a later
   * process would take the directory for what an attempt has left.
   */
  async function setFinalizers(volume: PersistentVolume, finalizers: readonly string[]): Promise<void> {
    const { name, uid, resourceVersion } = volume.metadata;
    await journal.finish(name);
    const body = { metadata: { uid, resourceVersion, finalizers } };
    await client.patch("persistentvolumes", { name }, { type: "merge", body });
  }

  return {
    async stop() {
      stopListening();
      await loop.stop();
    },
  };
}

/** Whether the change is only that a failure was written down, which is no reason to try at once. */
function isOwnNote(before: PersistentVolume | undefined, after: PersistentVolume): boolean {
  return before !== undefined && after.status?.phase === "Failed" && essence(before) === essence(after);
}

function essence({ metadata, spec }: PersistentVolume): string {
  const { annotations: notes, deletionTimestamp, finalizers } = metadata;
  return JSON.stringify([notes, deletionTimestamp, finalizers, spec]);
}

function provisionerOf(volume: PersistentVolume): string {
  return volume.metadata.annotations?.[annotations.provisionedBy] ?? "";
}
