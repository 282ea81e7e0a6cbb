import {
  annotations,
  claimNamesOf,
  classNameOf,
  isApiError,
  isPodFinished,
  podCondition,
  wellKnown,
  type PersistentVolume,
  type PersistentVolumeClaim,
  type Pod,
} from "@ordinal/api";
import { createEventRecorder, keyOf, refOf, type Change } from "@ordinal/client";
import { timestamp, type Outcome, type Stoppable } from "@ordinal/runtime";
import { reserveVolume } from "../binding/bind.ts";
import { isAvailable } from "../binding/match-volume.ts";
import { createVolumeIndex } from "../binding/volume-index.ts";
import type { ControllerOptions } from "../controller-options.ts";
import { startController } from "../controller.ts";
import type { Provision } from "./plan-claims.ts";
import { planSchedule } from "./plan-schedule.ts";

/** A pod that was refused while others were on their way to the node: not all of them may have arrived. */
const lookAgain: Outcome = { againMs: 1_000 };

/**
 * Puts pods on the machine's one node once their claims are bound, and says on the pod why it cannot. For claims that
 * wait for a pod it chooses the volume, or the node to make one for. Source: `kube-scheduler`, plugins `volumebinding`
 * and `volumerestrictions`.
 */
export function startScheduler({ client, informers, clock, log }: ControllerOptions): Stoppable {
  const pods = informers.of("pods");
  const claims = informers.of("persistentvolumeclaims");
  const volumes = informers.of("persistentvolumes");
  const classes = informers.of("storageclasses");
  const nodes = informers.of("nodes");
  const index = createVolumeIndex(volumes);
  const events = createEventRecorder({ client, clock, log, component: "default-scheduler" });
  /** Pods that are being put on the node, by uid, until the copy shows them there. */
  const assumed = new Set<string>();
  const controller = startController({
    name: "scheduler",
    clock,
    log,
    reads: [pods, claims, volumes, classes, nodes],
    reconcile,
  });
  controller.follow(pods, ({ before, after }) => {
    const isSame = before?.metadata.uid === after?.metadata.uid;
    if (before !== undefined && (after === undefined || !isSame || hasNode(after))) assumed.delete(before.metadata.uid);
    return [...(after === undefined || hasNode(after) ? [] : [keyOf(after)]), ...successors({ before, after })];
  });
  controller.follow(claims, ({ before, after }) => [before, after].flatMap((claim) => waitingFor(claim)));
  controller.follow(volumes, podsConcernedBy);
  controller.follow(nodes, waiting);
  controller.follow(classes, waiting);

  function waiting(): readonly string[] {
    return pods.by("node", "").map(keyOf);
  }

  function waitingFor(claim: PersistentVolumeClaim | undefined): readonly string[] {
    const users = claim === undefined ? [] : pods.by("claim", keyOf(claim));
    return users.filter((pod) => !hasNode(pod)).map(keyOf);
  }

  /** The pods that may have waited for this one to let go of a claim of one pod at a time. */
  function successors({ before, after }: { before?: Pod | undefined; after?: Pod | undefined }): readonly string[] {
    if (before === undefined || !hasNode(before)) return [];
    if (after !== undefined && after.metadata.uid === before.metadata.uid && !isPodFinished(after)) return [];
    return claimNamesOf(before).flatMap((name) => waitingFor(claims.get(`${before.metadata.namespace}/${name}`)));
  }

  function podsConcernedBy({ before, after }: Change<PersistentVolume>): readonly string[] {
    const volume = after ?? before;
    if (volume === undefined) return [];
    const holders = claims.by("volume", volume.metadata.name);
    const takers = isAvailable(volume) ? claims.by("unboundOfClass", classNameOf(volume)) : [];
    return [...holders, ...takers].flatMap(waitingFor);
  }

  async function reconcile(key: string): Promise<Outcome | void> {
    const pod = pods.get(key);
    if (pod === undefined || assumed.has(pod.metadata.uid)) return;
    const step = planSchedule(pod, {
      node: nodes.get(wellKnown.nodeName),
      claim: (name) => claims.get(`${pod.metadata.namespace}/${name}`),
      volume: (name) => index.get(name),
      storageClass: (name) => classes.get(name),
      reservedFor: (claim) => index.reservedFor(claim),
      findAvailable: (claim, accepts) => index.find(claim, { prefer: "smallest", accepts }),
      isUsedElsewhere: (claim) =>
        pods.by("claim", keyOf(claim)).some((other) => isOnNode(other) && other.metadata.uid !== pod.metadata.uid),
    });
    switch (step.do) {
      case "nothing":
      case "wait":
        return;
      case "bind":
        await bind(pod, step.nodeName);
        return;
      case "provide":
        await provide(step, step.nodeName);
        return;
      case "refuse":
        await refuse(pod, step.message);
        return assumed.size > 0 ? lookAgain : undefined;
    }
  }

  function isOnNode(pod: Pod): boolean {
    return (hasNode(pod) && !isPodFinished(pod)) || assumed.has(pod.metadata.uid);
  }

  async function bind(pod: Pod, nodeName: string): Promise<void> {
    assumed.add(pod.metadata.uid);
    try {
      await client.bind(refOf(keyOf(pod)), nodeName);
    } catch (error) {
      assumed.delete(pod.metadata.uid);
      if (isApiError(error, "NotFound", "Conflict")) return;
      throw error;
    }
    const message = `Successfully assigned ${keyOf(pod)} to ${nodeName}`;
    events.record(pod, { type: "Normal", reason: "Scheduled", message });
  }

  async function provide({ reservations, selections }: Provision, nodeName: string): Promise<void> {
    // All at once, so that what is chosen here counts as taken before another pod's turn.
    const reserving = reservations.map((pair) => reserveVolume({ client, volumes: index }, pair));
    const selecting = selections.map((claim) => selectNode(claim, nodeName));
    await Promise.all([...reserving, ...selecting]);
  }

  async function selectNode(claim: PersistentVolumeClaim, nodeName: string): Promise<void> {
    const body = {
      metadata: {
        annotations: { [annotations.selectedNode]: nodeName },
        resourceVersion: claim.metadata.resourceVersion,
      },
    };
    await client.patch("persistentvolumeclaims", refOf(keyOf(claim)), { type: "merge", body });
  }

  async function refuse(pod: Pod, message: string): Promise<void> {
    const current = podCondition(pod, "PodScheduled");
    if (current?.status === "False" && current.message === message) return;
    events.record(pod, { type: "Warning", reason: "FailedScheduling", message });
    const condition = {
      type: "PodScheduled",
      status: "False",
      reason: "Unschedulable",
      message,
      lastProbeTime: null,
      lastTransitionTime: current?.status === "False" ? current.lastTransitionTime : timestamp(clock.now()),
    };
    const body = { status: { conditions: [condition] } };
    await client.patch("pods", refOf(keyOf(pod)), { type: "strategic", body, subresource: "status" });
  }

  return {
    async stop() {
      await controller.stop();
      index.close();
    },
  };
}

function hasNode(pod: Pod): boolean {
  return (pod.spec.nodeName ?? "") !== "";
}
