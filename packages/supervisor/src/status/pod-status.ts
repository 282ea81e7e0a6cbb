import { isPodFinished, type Pod, type PodStatus } from "@ordinal/api";
import { timestamp } from "@ordinal/runtime";
import { activeDeadline } from "../worker/plan-pod.ts";
import type { PodView } from "../worker/pod-view.ts";
import { podConditions, type Readiness } from "./conditions.ts";
import { containerStatuses, initContainerStatuses } from "./container-status.ts";
import { phaseOf, type Phase } from "./phase.ts";
import { qosClass } from "./qos.ts";

export interface StatusFacts {
  readonly hostIP: string;
  readonly readiness: Readiness;
}

/** The status a pod ought to have. Pure; a finished pod stays finished, whatever its containers do. */
export function podStatus(pod: Pod, view: PodView, { hostIP, readiness }: StatusFacts): PodStatus {
  const failure = failureOf(pod, view);
  const phase = failure === undefined ? currentPhase(pod, view) : "Failed";
  const podIP = view.address ?? (isPodFinished(pod) ? pod.status?.podIP : undefined);
  const initStatuses = initContainerStatuses(pod, view);
  return {
    phase,
    ...failure,
    conditions: podConditions(pod, view, { phase, readiness }),
    hostIP,
    hostIPs: [{ ip: hostIP }],
    ...(podIP === undefined ? {} : { podIP, podIPs: [{ ip: podIP }] }),
    startTime: pod.status?.startTime ?? timestamp(view.nowMs),
    ...(initStatuses === undefined ? {} : { initContainerStatuses: initStatuses }),
    containerStatuses: containerStatuses(pod, view),
    qosClass: pod.status?.qosClass ?? qosClass(pod),
  };
}

function currentPhase(pod: Pod, view: PodView): Phase {
  const finished = pod.status?.phase;
  return finished === "Succeeded" || finished === "Failed" ? finished : phaseOf(pod, view);
}

/** Why a pod failed as a whole, beyond its containers. */
function failureOf(
  pod: Pod,
  { nowMs, eviction }: PodView,
): { readonly reason: string; readonly message: string } | undefined {
  const { reason = "", message = "", phase } = pod.status ?? {};
  if (phase === "Failed" && reason !== "") return { reason, message };
  if (eviction !== undefined && !isPodFinished(pod)) return { reason: "Evicted", message: eviction };
  const deadlineMs = activeDeadline(pod);
  if (deadlineMs === undefined || nowMs < deadlineMs || isPodFinished(pod)) return undefined;
  return { reason: "DeadlineExceeded", message: "Pod was active on the node longer than the specified deadline" };
}
