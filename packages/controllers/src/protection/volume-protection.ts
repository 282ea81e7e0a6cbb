import { finalizers, type PersistentVolume } from "@ordinal/api";
import { keyOf } from "@ordinal/client";
import type { Stoppable } from "@ordinal/runtime";
import type { ControllerOptions } from "../controller-options.ts";
import { startController } from "../controller.ts";
import { isDeletionCandidate, lacksFinalizer, unlessGone, withFinalizer, withoutFinalizer } from "./guard.ts";

const finalizer = finalizers.volumeProtection;

/** Lets go of terminating volumes once they are not Bound. Source: `pv_protection_controller.go`. */
export function startVolumeProtection({ client, clock, log, informers }: ControllerOptions): Stoppable {
  const volumes = informers.of("persistentvolumes");
  const controller = startController({ name: "volume protection", clock, log, reads: [volumes], reconcile });
  controller.follow(volumes, ({ after }) => (after !== undefined && nextOf(after) !== undefined ? [keyOf(after)] : []));
  return controller;

  async function reconcile(name: string): Promise<void> {
    const volume = volumes.get(name);
    const next = volume === undefined ? undefined : nextOf(volume);
    if (next !== undefined) await unlessGone(client.update("persistentvolumes", next));
  }
}

/** The volume as its finalizers should be, or undefined when they are. */
function nextOf(volume: PersistentVolume): PersistentVolume | undefined {
  if (lacksFinalizer(volume, finalizer)) return withFinalizer(volume, finalizer);
  const isFree = isDeletionCandidate(volume, finalizer) && volume.status?.phase !== "Bound";
  return isFree ? withoutFinalizer(volume, finalizer) : undefined;
}
