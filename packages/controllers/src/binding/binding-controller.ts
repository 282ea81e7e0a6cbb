import { annotations, type PersistentVolume, type PersistentVolumeClaim } from "@ordinal/api";
import { createEventRecorder, keyOf, refOf, type Change, type Client, type Happening } from "@ordinal/client";
import { startReconcileLoop, type Clock, type Logger, type Stoppable } from "@ordinal/runtime";
import type { Informers } from "../informers.ts";
import { bindClaim, setVolumePhase } from "./bind.ts";
import { classOf } from "./match-volume.ts";
import { planClaim, type ClaimStep } from "./plan-claim.ts";
import { planVolume } from "./plan-volume.ts";

export interface BindingControllerOptions {
  readonly client: Client;
  readonly informers: Informers;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Matches claims with volumes, asks provisioners for what is missing, and keeps the phases of both. */
export function startBindingController({ client, informers, clock, log }: BindingControllerOptions): Stoppable {
  const claims = informers.of("persistentvolumeclaims");
  const volumes = informers.of("persistentvolumes");
  const classes = informers.of("storageclasses");
  const events = createEventRecorder({ client, clock, log, component: "persistentvolume-controller" });
  const saidOf = new Map<string, string>();
  const claimLoop = startReconcileLoop({ name: "claim binding", reconcile: reconcileClaim, clock, log });
  const volumeLoop = startReconcileLoop({ name: "volume phases", reconcile: reconcileVolume, clock, log });
  const subscriptions = [
    claims.onChange(({ before, after }) => claimChanged(after ?? before, after === undefined)),
    volumes.onChange(volumeChanged),
    classes.onChange(({ before, after }) => enqueueUnbound((after ?? before)?.metadata.name ?? "")),
  ];

  function claimChanged(claim: PersistentVolumeClaim | undefined, isGone: boolean): void {
    if (claim === undefined) return;
    if (isGone) saidOf.delete(claim.metadata.uid);
    else claimLoop.enqueue(keyOf(claim));
    for (const volume of volumes.by("claim", keyOf(claim))) volumeLoop.enqueue(keyOf(volume));
  }

  function volumeChanged({ before, after }: Change<PersistentVolume>): void {
    const volume = after ?? before;
    if (volume === undefined) return;
    if (after !== undefined) volumeLoop.enqueue(keyOf(after));
    for (const each of [before, after]) {
      const reference = each?.spec.claimRef;
      if (reference !== undefined) claimLoop.enqueue(`${reference.namespace}/${reference.name}`);
    }
    for (const claim of claims.by("volume", volume.metadata.name)) claimLoop.enqueue(keyOf(claim));
    if (after?.spec.claimRef === undefined) enqueueUnbound(classOf(volume));
  }

  function enqueueUnbound(className: string): void {
    for (const claim of claims.by("unboundOfClass", className)) claimLoop.enqueue(keyOf(claim));
  }

  async function allSynced(): Promise<void> {
    await Promise.all([claims.synced, volumes.synced, classes.synced]);
  }

  async function reconcileClaim(key: string): Promise<void> {
    await allSynced();
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
    await allSynced();
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
      for (const unsubscribe of subscriptions) unsubscribe();
      await Promise.all([claimLoop.stop(), volumeLoop.stop()]);
    },
  };
}
