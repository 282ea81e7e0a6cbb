import { isApiError, type PersistentVolume, type PersistentVolumeClaim } from "@ordinal/api";
import { keyOf } from "@ordinal/client";
import { startController, type Controller } from "../controller.ts";
import { setVolumePhase, writeVolume } from "./bind.ts";
import type { BindingParts } from "./claim-binding.ts";
import { isBindCompleted } from "./match-volume.ts";
import { planVolume, unbound, type VolumeStep } from "./plan-volume.ts";

/** Keeps the phases of volumes. `askClaim` is called with the key of a claim whose volume waits for it. */
export function startVolumePhases(
  { client, informers, clock, log, desk, events }: BindingParts,
  askClaim: (key: string) => void,
): Controller {
  const claims = informers.of("persistentvolumeclaims");
  const volumes = informers.of("persistentvolumes");
  const controller = startController({ name: "volume phases", clock, log, reads: [claims, volumes], reconcile });
  controller.follow(volumes, ({ after }) => (after === undefined ? [] : [keyOf(after)]));
  controller.follow(claims, ({ before, after }) => {
    const named = [before, after].flatMap((claim) => claim?.spec.volumeName ?? []);
    const claim = after ?? before;
    return claim === undefined ? [] : [...named, ...volumes.by("claim", keyOf(claim)).map(keyOf)];
  });
  return controller;

  async function reconcile(name: string): Promise<void> {
    const volume = desk.volumes.get(name);
    if (volume === undefined) return;
    const claim = await claimOf(volume);
    const isHeld = claims.by("volume", name).some(isBindCompleted);
    await act(volume, { step: planVolume(volume, { claim, isHeld }), claim });
  }

  /**
   * The claim that the claimRef names by uid. That it is gone, or has another volume, is only believed of the API
   * itself: the copy may be older than the volume, and what follows may cost data.
   */
  async function claimOf(volume: PersistentVolume): Promise<PersistentVolumeClaim | undefined> {
    const { namespace = "", name = "", uid = "" } = volume.spec.claimRef ?? {};
    if (uid === "") return undefined;
    const known = desk.claims.get(`${namespace}/${name}`);
    const isSame = known?.metadata.uid === uid;
    if (isSame && ["", volume.metadata.name].includes(known.spec.volumeName ?? "")) return known;
    const isDecided = volume.status?.phase === "Released" || volume.status?.phase === "Failed";
    if (isDecided && !isSame) return undefined;
    try {
      const live = await client.get("persistentvolumeclaims", { namespace, name });
      return live.metadata.uid === uid ? live : undefined;
    } catch (error) {
      if (isApiError(error, "NotFound")) return undefined;
      throw error;
    }
  }

  async function act(
    volume: PersistentVolume,
    { step, claim }: { readonly step: VolumeStep; readonly claim: PersistentVolumeClaim | undefined },
  ): Promise<void> {
    switch (step.do) {
      case "nothing":
        return;
      case "setPhase": {
        const { phase, event } = step;
        const message = event === undefined ? {} : { message: event.message };
        await setVolumePhase(desk, { volume, phase, ...message });
        if (event !== undefined) events.record(volume, event);
        return;
      }
      case "unbind":
        await setVolumePhase(desk, { volume: await writeVolume(desk, unbound(volume)), phase: "Available" });
        return;
      case "askClaim":
        if (claim === undefined) return;
        if (step.events !== undefined) {
          events.record(volume, step.events.volume);
          events.record(claim, step.events.claim);
        }
        askClaim(keyOf(claim));
    }
  }
}
