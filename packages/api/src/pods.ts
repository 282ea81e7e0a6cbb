import type { Pod, PodCondition } from "./types.ts";

/** The condition of this type, if the pod has it. */
export function podCondition(pod: Pod, type: string): PodCondition | undefined {
  return pod.status?.conditions?.find((condition) => condition.type === type);
}

/** Whether the pod's Ready condition is True: its containers are ready and its names resolve. */
export function isPodReady(pod: Pod): boolean {
  return podCondition(pod, "Ready")?.status === "True";
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
