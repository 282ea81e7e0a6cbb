import { isPodFinished, isTerminating, type Pod, type StatefulSet } from "@ordinal/api";
import { newPod, restoredPod, revisionOf } from "./identity.ts";
import { ownerSteps, planClaims } from "./plan-claims.ts";
import { availableInMs, isHealthy, isRunningAndReady, wasNeverReady, type Patience } from "./pod-state.ts";
import { sortPods, type Condemned, type Slot } from "./replicas.ts";
import { statusOf, type SetStatus } from "./status.ts";
import type { Step } from "./step.ts";
import type { World } from "./world.ts";

export interface Plan {
  /** To be carried out in this order; the first failure ends it. */
  readonly steps: readonly Step[];
  readonly status: SetStatus;
  /** What the set waits for, when it waits for something, for the log. */
  readonly waitsFor?: string;
  /** Time alone will change the plan after this. */
  readonly againMs?: number;
}

/** What one pod needs; `waitsFor` means that under OrderedReady nothing may happen after it. */
interface Turn {
  readonly steps: readonly Step[];
  readonly waitsFor?: string;
}

const nothing: Turn = { steps: [] };

/**
 * The next writes towards the set's spec. Scaling comes before updating; a set that is being deleted only reports.
 * Source: `stateful_set_control.go` `updateStatefulSet`.
 */
export function plan(set: StatefulSet, world: World): Plan {
  const patience = { minReadySeconds: set.spec.minReadySeconds ?? 0, nowMs: world.nowMs };
  const { slots, condemned } = sortPods(set, world);
  const status = statusOf(set, world);
  if (isTerminating(set)) return { steps: [], status };

  const isOrdered = set.spec.podManagementPolicy !== "Parallel";
  const turns = [
    ...slots.map((slot) => () => planReplica(set, { slot, world, patience, isOrdered })),
    ...condemned.map((each) => () => settleOwners(set, world, each)),
    ...condemned.map((each) => () => planCondemned(each, { all: condemned, patience, isOrdered })),
  ];
  const { steps, waitsFor } = takeTurns(turns, isOrdered);
  const update = waitsFor !== undefined && isOrdered ? nothing : planUpdate(set, { slots, world, patience, steps });
  const waits = waitsFor ?? update.waitsFor;
  return {
    steps: [...steps, ...update.steps],
    status: afterUpdate(status, update.steps),
    ...(waits === undefined ? {} : { waitsFor: waits }),
    ...nextLook(world.pods, patience),
  };
}

/** Under OrderedReady the first pod that has to be waited for ends the round; Parallel serves every pod. */
function takeTurns(turns: readonly (() => Turn)[], isOrdered: boolean): Turn {
  const steps: Step[] = [];
  let waitsFor: string | undefined;
  for (const take of turns) {
    const turn = take();
    steps.push(...turn.steps);
    waitsFor ??= turn.waitsFor;
    if (isOrdered && waitsFor !== undefined) break;
  }
  return waitsFor === undefined ? { steps } : { steps, waitsFor };
}

interface ReplicaView {
  readonly slot: Slot;
  readonly world: World;
  readonly patience: Patience;
  readonly isOrdered: boolean;
}

/** Source: `processReplica`. */
function planReplica(set: StatefulSet, { slot, world, patience, isOrdered }: ReplicaView): Turn {
  const { pod, name, ordinal } = slot;
  if (pod === undefined) return planMissing(set, slot, world);
  if (isPodFinished(pod)) {
    const steps: readonly Step[] = isTerminating(pod) ? [] : [{ do: "delete-pod", pod, because: "finished" }];
    return { steps, waitsFor: `${name} to be gone, so that it can be made again` };
  }
  const claimSteps = pod.status?.phase === "Pending" ? planClaims(set, { slot, world }).steps : [];
  if (isOrdered) {
    if (isTerminating(pod)) return { steps: claimSteps, waitsFor: `${name} to be gone` };
    if (isStuck(set, slot, world)) {
      return { steps: [{ do: "delete-pod", pod, because: "stuck" }], waitsFor: `${name} to be gone` };
    }
    if (!isRunningAndReady(pod)) return { steps: claimSteps, waitsFor: `${name} to be running and ready` };
    if (!isHealthy(pod, patience)) return { steps: claimSteps, waitsFor: `${name} to be available` };
  }
  if (isTerminating(pod)) return { steps: claimSteps };
  const restored = restoredPod(set, ordinal, pod);
  const podSteps: readonly Step[] = restored === undefined ? [] : [{ do: "update-pod", pod: restored, podName: name }];
  return { steps: [...claimSteps, ...ownerSteps(set, { slot, world }), ...podSteps] };
}

function planMissing(set: StatefulSet, slot: Slot, world: World): Turn {
  const { steps, refusal, stale } = planClaims(set, { slot, world });
  if (stale !== undefined) return { steps: [], waitsFor: `claim ${stale} of the former ${slot.name} to be gone` };
  if (refusal !== undefined) {
    const refuse: Step = { do: "refuse-pod", podName: slot.name, message: refusal };
    return { steps: [...steps, refuse], waitsFor: refusal };
  }
  const create: Step = { do: "create-pod", pod: newPod(set, slot.ordinal, slot.revision), podName: slot.name };
  return { steps: [...steps, create], waitsFor: `${slot.name} to be running and ready` };
}

/**
 * Better than upstream (kubernetes#67250): a pod that blocks an ordered rollout although nobody wants its revision any
 * more is replaced, where upstream waits for it to become ready until somebody deletes it by hand. It is safe because
 * the rollout would replace this very pod next, nothing relies on a pod that is not ready, and it is either of a
 * revision that was given up, or has never been ready at all. A pod that was ready under the current revision is waited for.
 */
function isStuck(set: StatefulSet, { pod, revision }: Slot, world: World): boolean {
  if (pod === undefined || set.spec.updateStrategy?.type === "OnDelete" || isRunningAndReady(pod)) return false;
  const own = revisionOf(pod);
  if (own === revision.name) return false;
  const isGivenUp = own !== world.current.name && own !== world.update.name;
  return isGivenUp || wasNeverReady(pod);
}

function settleOwners(set: StatefulSet, world: World, { pod, ordinal }: Condemned): Turn {
  return { steps: ownerSteps(set, { slot: { pod, ordinal, name: pod.metadata.name }, world }) };
}

interface CondemnedView {
  readonly all: readonly Condemned[];
  readonly patience: Patience;
  readonly isOrdered: boolean;
}

/**
 * Source: `processCondemned`. `all` is sorted from the highest ordinal down. Unlike upstream, a pod that has ended or has
 * never been ready waits for nobody: nothing relies on it, and two of them would hold up the set for ever.
 */
function planCondemned({ pod }: Condemned, { all, patience, isOrdered }: CondemnedView): Turn {
  const { name } = pod.metadata;
  if (isTerminating(pod)) return { steps: [], waitsFor: `${name} to be gone` };
  const firstUnhealthy = all.findLast((each) => !isHealthy(each.pod, patience))?.pod;
  const isFree = isHealthy(pod, patience) || isPodFinished(pod) || wasNeverReady(pod) || pod === firstUnhealthy;
  if (isOrdered && !isFree) {
    return { steps: [], waitsFor: `${firstUnhealthy?.metadata.name} to be available before scaling down` };
  }
  return { steps: [{ do: "delete-pod", pod, because: "scaled" }], waitsFor: `${name} to be gone` };
}

interface UpdateView {
  readonly slots: readonly Slot[];
  readonly world: World;
  readonly patience: Patience;
  readonly steps: readonly Step[];
}

/** The highest pod that is not of the update revision goes, once all above it are healthy. */
function planUpdate(set: StatefulSet, { slots, world, patience, steps }: UpdateView): Turn {
  if (set.spec.updateStrategy?.type === "OnDelete") return nothing;
  const partition = set.spec.updateStrategy?.rollingUpdate?.partition ?? 0;
  const touched = new Set(steps.map((step) => (step.do === "delete-pod" ? step.pod : undefined)));
  for (const { pod, name } of slots.slice(Math.max(0, partition)).toReversed()) {
    if (pod === undefined || touched.has(pod)) return { steps: [], waitsFor: `${name} to be updated` };
    if (revisionOf(pod) !== world.update.name && !isTerminating(pod)) {
      return { steps: [{ do: "delete-pod", pod, because: "updated" }], waitsFor: `${name} to be updated` };
    }
    if (!isHealthy(pod, patience)) return { steps: [], waitsFor: `${name} to be updated` };
  }
  return nothing;
}

/** A pod that is deleted for an update no longer counts for its revision. */
function afterUpdate(status: SetStatus, steps: readonly Step[]): SetStatus {
  const going = steps.filter((step) => step.do === "delete-pod" && revisionOf(step.pod) === status.currentRevision);
  return { ...status, currentReplicas: status.currentReplicas - going.length };
}

/** Pods that are ready but not yet for long enough become available without any further event. */
function nextLook(pods: readonly Pod[], patience: Patience): { readonly againMs?: number } {
  const delays = pods.map((pod) => availableInMs(pod, patience) ?? 0).filter((ms) => ms > 0);
  return delays.length === 0 ? {} : { againMs: Math.min(...delays) };
}
