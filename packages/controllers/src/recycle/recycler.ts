import { homedir } from "node:os";
import { isApiError, isPodFinished, isTerminating, type PersistentVolume } from "@ordinal/api";
import { createEventRecorder, keyOf } from "@ordinal/client";
import { describeError, hasCode, type Outcome, type Stoppable } from "@ordinal/runtime";
import { unbound } from "../binding/plan-volume.ts";
import type { ControllerOptions } from "../controller-options.ts";
import { startController } from "../controller.ts";
import { scrubRefusal, withoutSlash } from "./refusal.ts";
import { scrub } from "./scrub.ts";

export interface RecyclerOptions extends ControllerOptions {
  /** Ordinal's own directory, of which only what is below `volumes/` may be scrubbed. Absolute. */
  readonly dataDir: string;
}

/** A volume in use is looked at again after this. */
const lookAgain: Outcome = { againMs: 5_000 };

/**
 * Empties volumes whose claims are gone under reclaim policy Recycle, and gives them back to be claimed again. Upstream
 * does this work in a pod; here this process does it. Source: `pv_controller.go` recycleVolumeOperation.
 */
export function startRecycler({ client, informers, clock, log, dataDir }: RecyclerOptions): Stoppable {
  const volumes = informers.of("persistentvolumes");
  const claims = informers.of("persistentvolumeclaims");
  const pods = informers.of("pods");
  const events = createEventRecorder({ client, clock, log, component: "persistentvolume-controller" });
  const precious = { dataDir, others: [homedir(), process.cwd(), process.execPath] };
  const controller = startController({ name: "recycling", clock, log, reads: [volumes, claims, pods], reconcile });
  controller.follow(volumes, ({ after }) => (after !== undefined && isToBeRecycled(after) ? [keyOf(after)] : []));
  return controller;

  async function reconcile(name: string, signal: AbortSignal): Promise<Outcome> {
    const volume = await newest(name);
    if (volume === undefined || !isToBeRecycled(volume) || (await hasClaim(volume))) return {};
    const users = usersOf(volume);
    if (users.length > 0) {
      const message = `Volume is used by pods: ${users.join(",")}`;
      events.record(volume, { type: "Normal", reason: "VolumeFailedRecycle", message });
      return lookAgain;
    }
    if (volume.spec.hostPath === undefined) {
      await fail(volume, "No recycler plugin found for the volume!");
      return {};
    }
    await recycle(volume, signal);
    return {};
  }

  async function recycle(volume: PersistentVolume, signal: AbortSignal): Promise<void> {
    try {
      await scrubVolume(volume, signal);
    } catch (error) {
      signal.throwIfAborted();
      await fail(volume, `Recycle failed: ${describeError(error)}`);
      throw error;
    }
    events.record(volume, { type: "Normal", reason: "VolumeRecycled", message: "Volume recycled" });
    // Only if nobody has changed the volume meanwhile; the binding controller makes it Available.
    await client.update("persistentvolumes", unbound(volume));
  }

  async function scrubVolume(volume: PersistentVolume, signal: AbortSignal): Promise<void> {
    const { path = "", type = "" } = volume.spec.hostPath ?? {};
    const refusal = scrubRefusal(path, precious);
    if (refusal !== undefined) throw new Error(`will not scrub ${JSON.stringify(path)}: ${refusal}`);
    const message = `Recycler pod: no pod is needed, scrubbing ${path}`;
    events.record(volume, { type: "Normal", reason: "RecyclerPod", message });
    try {
      await scrub(withoutSlash(path), signal);
    } catch (error) {
      // Nobody has used it yet. Of other types it has to be there: its disk may be away, with the data on it.
      if (type === "DirectoryOrCreate" && hasCode(error, "ENOENT")) return;
      throw error;
    }
  }

  async function newest(name: string): Promise<PersistentVolume | undefined> {
    try {
      return await client.get("persistentvolumes", { name });
    } catch (error) {
      if (isApiError(error, "NotFound")) return undefined;
      throw error;
    }
  }

  /** Whether the claim is there after all and may have this volume. Asked of the API, because data depends on it. */
  async function hasClaim({ metadata, spec }: PersistentVolume): Promise<boolean> {
    const { namespace = "", name = "", uid } = spec.claimRef ?? {};
    try {
      const claim = await client.get("persistentvolumeclaims", { namespace, name });
      return claim.metadata.uid === uid && ["", metadata.name].includes(claim.spec.volumeName ?? "");
    } catch (error) {
      if (isApiError(error, "NotFound")) return false;
      throw error;
    }
  }

  /** Pods that were started with the claim that is gone; a new claim of that name has its own. */
  function usersOf({ spec: { claimRef } }: PersistentVolume): readonly string[] {
    const key = `${claimRef?.namespace}/${claimRef?.name}`;
    if (claims.get(key) !== undefined) return [];
    const users = pods.by("claim", key).filter((pod) => !isPodFinished(pod));
    return users.map(keyOf).toSorted();
  }

  async function fail(volume: PersistentVolume, message: string): Promise<void> {
    if (volume.status?.phase === "Failed") return;
    const status = { ...volume.status, phase: "Failed", message };
    await client.update("persistentvolumes", { ...volume, status }, { subresource: "status" });
    events.record(volume, { type: "Warning", reason: "VolumeFailedRecycle", message });
  }
}

function isToBeRecycled(volume: PersistentVolume): boolean {
  const { spec, status } = volume;
  const isReleased = status?.phase === "Released" || status?.phase === "Failed";
  const hasBeenBound = (spec.claimRef?.uid ?? "") !== "";
  return spec.persistentVolumeReclaimPolicy === "Recycle" && isReleased && hasBeenBound && !isTerminating(volume);
}
