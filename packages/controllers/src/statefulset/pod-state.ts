import { isPodReady, isTerminating, podCondition, type Pod } from "@ordinal/api";

/** Source: `isRunningAndReady`. */
export function isRunningAndReady(pod: Pod): boolean {
  return pod.status?.phase === "Running" && isPodReady(pod);
}

/** Milliseconds until the pod has been ready for this long: 0 when it has, undefined while it is not ready. */
export function availableInMs(pod: Pod, { minReadySeconds, nowMs }: Patience): number | undefined {
  if (!isRunningAndReady(pod)) return undefined;
  if (minReadySeconds === 0) return 0;
  const since = Date.parse(podCondition(pod, "Ready")?.lastTransitionTime ?? "");
  return Number.isNaN(since) ? undefined : Math.max(0, since + minReadySeconds * 1_000 - nowMs);
}

/** How long a pod must have been ready to count, and what time it is. */
export interface Patience {
  readonly minReadySeconds: number;
  readonly nowMs: number;
}

export function isAvailable(pod: Pod, patience: Patience): boolean {
  return availableInMs(pod, patience) === 0;
}

/** Source: `isUnavailable`. */
export function isHealthy(pod: Pod, patience: Patience): boolean {
  return isAvailable(pod, patience) && !isTerminating(pod);
}

/**
 * Whether the pod's own conditions prove that it has never been ready: it is Pending, or its Ready condition has not
 * changed since it started.
 */
export function wasNeverReady(pod: Pod): boolean {
  if (isPodReady(pod)) return false;
  if ((pod.status?.phase ?? "Pending") === "Pending") return true;
  const changed = Date.parse(podCondition(pod, "Ready")?.lastTransitionTime ?? "");
  return changed <= Date.parse(pod.status?.startTime ?? "");
}
