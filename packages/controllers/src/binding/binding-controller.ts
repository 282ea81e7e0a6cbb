import { annotations, type PersistentVolume, type PersistentVolumeClaim } from "@ordinal/api";
import { createEventRecorder, keyOf, refOf, type Change, type Happening } from "@ordinal/client";
import type { Stoppable } from "@ordinal/runtime";
import type { ControllerOptions } from "../controller-options.ts";
import { startController } from "../controller.ts";
import { bindClaim, setVolumePhase } from "./bind.ts";
import { classOf } from "./match-volume.ts";
import { planClaim, type ClaimStep } from "./plan-claim.ts";
import { planVolume } from "./plan-volume.ts";

/** Matches claims with volumes, asks provisioners for what is missing, and keeps the phases of both. */
export function startBindingController({ client, informers, clock, log }: ControllerOptions): Stoppable {
  const claims = informers.of("persistentvolumeclaims");
  const volumes = informers.of("persistentvolumes");
  const classes = informers.of("storageclasses");
  const events = createEventRecorder({ client, clock, log, component: "persistentvolume-controller" });
  const saidOf = new Map<string, string>();
  const reads = [claims, volumes, classes];
  const claimBinding = startController({ name: "claim binding", clock, log, reads, reconcile: reconcileClaim });
  const volumePhases = startController({ name: "volume phases", clock, log, reads, reconcile: reconcileVolume });
  claimBinding.follow(claims, ({ before, after }) => {
    if (after === undefined && before !== undefined) saidOf.delete(before.metadata.uid);
    return after === undefined ? [] : [keyOf(after)];
  });
  claimBinding.follow(volumes, claimsConcernedBy);
  claimBinding.follow(classes, ({ before, after }) => unboundOf((after ?? before)?.metadata.name ?? ""));
  volumePhases.follow(volumes, ({ after }) => (after === undefined ? [] : [keyOf(after)]));
  volumePhases.follow(claims, ({ before, after }) => {
    const claim = after ?? before;
    return claim === undefined ? [] : volumes.by("claim", keyOf(claim)).map(keyOf);
  });

  function claimsConcernedBy({ before, after }: Change<PersistentVolume>): readonly string[] {
    const volume = after ?? before;
    if (volume === undefined) return [];
    const references = [before, after].flatMap((each) => each?.spec.claimRef ?? []);
    return [
      ...references.map(({ namespace, name }) => `${namespace}/${name}`),
      ...claims.by("volume", volume.metadata.name).map(keyOf),
      ...(after?.spec.claimRef === undefined ? unboundOf(classOf(volume)) : []),
    ];
  }

  function unboundOf(className: string): readonly string[] {
    return claims.by("unboundOfClass", className).map(keyOf);
  }

  async function reconcileClaim(key: string): Promise<void> {
    const claim = claims.get(key);
    if (claim === undefined) return;
    const step = planClaim(claim, {
      volume: (name) => volumes.get(name),
      volumesOfClass: (name) => volumes.by("class", name),
      storageClass: (name) => classes.get(name),
    });
    await act(claim, step);
  }

  async function act(claim: PersistentVolumeClaim, step: ClaimStep): Promise<void> {
    switch (step.do) {
      case "nothing":
        return;
      case "bind":
        await bindClaim({ client, clock }, { claim, volume: step.volume });
        return;
      case "provision":
        await askProvisioner(claim, step.provisioner);
        say(claim, step.event);
        return;
      case "wait":
        say(claim, step.event);
        await setClaimPhase(claim, "Pending");
        return;
      case "lose":
        say(claim, step.event);
        await setClaimPhase(claim, "Lost");
    }
  }

  async function askProvisioner(claim: PersistentVolumeClaim, provisioner: string): Promise<void> {
    if (claim.metadata.annotations?.[annotations.storageProvisioner] === provisioner) return;
    // The beta name beside it is what provisioners written for older Kubernetes still look for.
    const marks = {
      [annotations.storageProvisioner]: provisioner,
      "volume.beta.kubernetes.io/storage-provisioner": provisioner,
    };
    const body = { metadata: { annotations: marks, resourceVersion: claim.metadata.resourceVersion } };
    await client.patch("persistentvolumeclaims", refOf(keyOf(claim)), { type: "merge", body });
  }

  async function setClaimPhase(claim: PersistentVolumeClaim, phase: string): Promise<void> {
    if (claim.status?.phase === phase) return;
    await client.update(
      "persistentvolumeclaims",
      { ...claim, status: { ...claim.status, phase } },
      { subresource: "status" },
    );
  }

  /** Says each thing once until something else is to be said, because a reconcile may run at any time. */
  function say(claim: PersistentVolumeClaim, event: Happening | undefined): void {
    if (event === undefined || saidOf.get(claim.metadata.uid) === event.message) return;
    saidOf.set(claim.metadata.uid, event.message);
    events.record(claim, event);
  }

  async function reconcileVolume(key: string): Promise<void> {
    const volume = volumes.get(key);
    if (volume === undefined) return;
    const reference = volume.spec.claimRef;
    const claim = reference === undefined ? undefined : claims.get(`${reference.namespace}/${reference.name}`);
    const step = planVolume(volume, claim);
    if (step.do === "setPhase") await setVolumePhase({ client, clock }, { volume, phase: step.phase });
    if (step.do === "unbind") await unbind(volume);
  }

  async function unbind(volume: PersistentVolume): Promise<void> {
    const { claimRef: _dropped, ...spec } = volume.spec;
    const { [annotations.boundByController]: _mark, ...rest } = volume.metadata.annotations ?? {};
    await client.update("persistentvolumes", { ...volume, spec, metadata: { ...volume.metadata, annotations: rest } });
  }

  return {
    async stop() {
      await Promise.all([claimBinding.stop(), volumePhases.stop()]);
    },
  };
}
