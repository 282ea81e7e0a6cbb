import { annotations, defaultClassOf, isApiError, isPodFinished, type PersistentVolumeClaim } from "@ordinal/api";
import { keyOf, refOf, type EventRecorder, type Happening } from "@ordinal/client";
import type { Outcome } from "@ordinal/runtime";
import type { ControllerOptions } from "../controller-options.ts";
import { startController, type Controller } from "../controller.ts";
import { bindClaim, setClaimPhase, type BindingDesk } from "./bind.ts";
import { concernedClaims } from "./concerned-claims.ts";
import { planClaim, type ClaimStep } from "./plan-claim.ts";

export interface BindingParts extends ControllerOptions {
  readonly desk: BindingDesk;
  readonly events: EventRecorder;
}

/** The volume that another claim was about to take may be free again. */
const lookAgain: Outcome = { againMs: 1_000 };

/** Brings claims to their volumes, and asks provisioners for what is missing. */
export function startClaimBinding({ client, informers, clock, log, desk, events }: BindingParts): Controller {
  const claims = informers.of("persistentvolumeclaims");
  const volumes = informers.of("persistentvolumes");
  const classes = informers.of("storageclasses");
  const nodes = informers.of("nodes");
  const pods = informers.of("pods");
  const concerned = concernedClaims(informers);
  const saidOf = new Map<string, string>();
  const reads = [claims, volumes, classes, nodes, pods];
  const controller = startController({ name: "claim binding", clock, log, reads, reconcile });
  controller.follow(claims, ({ before, after }) => {
    if (after === undefined && before !== undefined) saidOf.delete(before.metadata.uid);
    return after === undefined ? [] : [keyOf(after)];
  });
  controller.follow(volumes, concerned.byVolume);
  controller.follow(classes, concerned.byClass);
  controller.follow(pods, concerned.byPod);
  controller.follow(nodes, concerned.byNode);
  return controller;

  async function reconcile(key: string): Promise<Outcome> {
    const claim = desk.claims.get(key);
    if (claim === undefined) return {};
    // Before anything is written: who waits because a volume is being given to another claim has to look again.
    const mayHaveMissed = desk.volumes.isAssuming();
    const step = planClaim(claim, {
      volume: (name) => desk.volumes.get(name),
      reservedFor: (each) => desk.volumes.reservedFor(each),
      findAvailable: (each) => desk.volumes.find(each, { prefer: "fewestModes" }),
      storageClass: (name) => classes.get(name),
      defaultClass: () => defaultClassOf(classes.list()),
      waitingPods,
      hasNode: (name) => nodes.get(name) !== undefined,
    });
    await act(claim, step);
    return step.do === "wait" && mayHaveMissed ? lookAgain : {};
  }

  function waitingPods(claim: PersistentVolumeClaim): readonly string[] {
    return pods
      .by("claim", keyOf(claim))
      .filter((pod) => (pod.spec.nodeName ?? "") === "" && !isPodFinished(pod))
      .map((pod) => pod.metadata.name);
  }

  async function act(claim: PersistentVolumeClaim, step: ClaimStep): Promise<void> {
    switch (step.do) {
      case "nothing":
        return;
      case "bind":
        await bindClaim(desk, { claim, volume: step.volume });
        return;
      case "assignClass":
        await patch(claim, { spec: { storageClassName: step.className } });
        return;
      case "provision":
        await askProvisioner(claim, step.provisioner);
        say(claim, step.event);
        return;
      case "unselectNode":
        await patch(claim, { metadata: { annotations: { [annotations.selectedNode]: null } } });
        return;
      case "wait":
        say(claim, step.event);
        await setClaimPhase(desk, { claim, phase: "Pending" });
        return;
      case "lose":
        await lose(claim, step.event);
    }
  }

  async function askProvisioner(claim: PersistentVolumeClaim, provisioner: string): Promise<void> {
    if (claim.metadata.annotations?.[annotations.storageProvisioner] === provisioner) return;
    // The beta name beside it is what provisioners written for older Kubernetes still look for.
    const marks = {
      [annotations.storageProvisioner]: provisioner,
      "volume.beta.kubernetes.io/storage-provisioner": provisioner,
    };
    await patch(claim, { metadata: { annotations: marks } });
  }

  /** Only if the claim is still as it was read. */
  async function patch(
    claim: PersistentVolumeClaim,
    { metadata = {}, spec = {} }: { readonly metadata?: object; readonly spec?: object },
  ): Promise<void> {
    const { resourceVersion } = claim.metadata;
    const body = { metadata: { ...metadata, resourceVersion }, spec };
    desk.claims.written(await client.patch("persistentvolumeclaims", refOf(keyOf(claim)), { type: "merge", body }));
  }

  async function lose(claim: PersistentVolumeClaim, event: Happening): Promise<void> {
    if (claim.status?.phase === "Lost" || (await isThere(claim.spec.volumeName ?? ""))) return;
    await setClaimPhase(desk, { claim, phase: "Lost" });
    events.record(claim, event);
  }

  /** Whether there is such a volume after all: one that is new may not be in the copy yet, and then comes soon. */
  async function isThere(name: string): Promise<boolean> {
    if (name === "" || desk.volumes.get(name) !== undefined) return false;
    try {
      await client.get("persistentvolumes", { name });
      return true;
    } catch (error) {
      if (isApiError(error, "NotFound")) return false;
      throw error;
    }
  }

  /** Says each thing once until something else is to be said, because a reconcile may run at any time. */
  function say(claim: PersistentVolumeClaim, event: Happening | undefined): void {
    if (event === undefined || saidOf.get(claim.metadata.uid) === event.message) return;
    saidOf.set(claim.metadata.uid, event.message);
    events.record(claim, event);
  }
}
