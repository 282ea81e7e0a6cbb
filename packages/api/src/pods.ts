import { controllerOf } from "./owner.ts";
import type { PersistentVolumeClaim, Pod, PodCondition, Volume } from "./types.ts";

/** The condition of this type, if the pod has it. */
export function podCondition(pod: Pod, type: string): PodCondition | undefined {
  return pod.status?.conditions?.find((condition) => condition.type === type);
}

/** Whether the pod's Ready condition is True: its containers are ready and its names resolve. */
export function isPodReady(pod: Pod): boolean {
  return podCondition(pod, "Ready")?.status === "True";
}

/** Reason of a Ready condition that is False only because DNS does not serve the pod's names yet. */
export const namesNotServed = "NamesNotServed";

/** Whether nothing but its names is missing for the pod to be Ready. */
export function isWaitingForNames(pod: Pod): boolean {
  const ready = podCondition(pod, "Ready");
  return ready?.status === "False" && ready.reason === namesNotServed;
}

/** Whether every readiness gate of the pod is open. */
export function areGatesOpen(pod: Pod): boolean {
  return (pod.spec.readinessGates ?? []).every(
    ({ conditionType }) => podCondition(pod, conditionType)?.status === "True",
  );
}

/** Whether every container is ready; the endpoint is published from here on, the Ready condition follows. */
export function areContainersReady(pod: Pod): boolean {
  return podCondition(pod, "ContainersReady")?.status === "True";
}

/** Whether the pod has ended for good: phase Succeeded or Failed. */
export function isPodFinished(pod: Pod): boolean {
  return pod.status?.phase === "Succeeded" || pod.status?.phase === "Failed";
}

export function isTerminating(object: { readonly metadata: { readonly deletionTimestamp?: string } }): boolean {
  return object.metadata.deletionTimestamp !== undefined;
}

/**
 * The claim behind a volume of a pod, or undefined where there is none: the one it names, or for a generic ephemeral
 * volume the one made for it, `<pod>-<volume>`. Source: `ephemeral.VolumeClaimName`.
 */
export function claimNameOfVolume(pod: Pod, volume: Volume): string | undefined {
  if (volume.persistentVolumeClaim !== undefined) return volume.persistentVolumeClaim.claimName;
  return volume.ephemeral === undefined ? undefined : `${pod.metadata.name}-${volume.name}`;
}

/** Every claim that the volumes of a pod need, in their order. */
export function claimNamesOf(pod: Pod): readonly string[] {
  return (pod.spec.volumes ?? []).flatMap((volume) => claimNameOfVolume(pod, volume) ?? []);
}

/**
 * Why the claim of a generic ephemeral volume must not be used by this pod, or undefined if it was made for it.
 * Source: `ephemeral.VolumeIsForPod`.
 */
export function foreignClaimProblem(pod: Pod, claim: PersistentVolumeClaim): string | undefined {
  if (controllerOf(claim)?.uid === pod.metadata.uid) return undefined;
  const [claimKey, podKey] = [claim, pod].map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
  return `PVC ${claimKey} was not created for pod ${podKey} (pod is not owner)`;
}
