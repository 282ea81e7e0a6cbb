import type { Container, Pod } from "@ordinal/api";
import { allContainers, nothing, type Plan, type Step } from "./plan.ts";
import { viewOf, type PodView } from "./pod-view.ts";
import { isSidecar } from "./restart.ts";

/** What a sidecar gets though the pod's grace is used up. Source: kubelet `minimumGracePeriodInSeconds`. */
const minimumGraceMs = 2_000;
/** Source: kubelet `eviction_manager` immediateEvictionGracePeriodSeconds. */
const evictionGraceMs = 1_000;

/**
 * The end of a pod that was deleted, or of the supervisor: out of DNS first, then its containers end, then nothing of it
 * is left.
 */
export function planEnd(pod: Pod, view: PodView): Plan {
  if (!allContainers(pod).some((container) => isRunning(view, container))) return { steps: [{ do: "finish" }] };
  return view.isWithdrawn ? stopInOrder(pod, view) : nothing;
}

/** Ends what runs: the main containers together, then the sidecars from the last to the first. */
export function stopInOrder(pod: Pod, view: PodView): Plan {
  const running = allContainers(pod).filter((container) => isRunning(view, container));
  const main = running.filter((container) => !isSidecar(container));
  const now = main.length > 0 ? main : running.slice(-1);
  const deadlineMs = stopDeadline(pod, view);
  const steps = now.map((container): Step => ({
    do: "stop",
    container,
    deadlineMs,
    because: `Stopping container ${container.name}`,
  }));
  return { steps };
}

function stopDeadline(pod: Pod, view: PodView): number {
  const seconds = pod.metadata.deletionGracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds ?? 30;
  if (view.isGone || seconds === 0) return view.nowMs;
  const sinceMs = view.stoppingSinceMs ?? view.nowMs;
  const most = view.eviction === undefined ? view.shutdownGraceMs : evictionGraceMs;
  const graceMs = Math.min(seconds * 1_000, most ?? Number.POSITIVE_INFINITY);
  return sinceMs === view.nowMs ? sinceMs + graceMs : Math.max(sinceMs + graceMs, view.nowMs + minimumGraceMs);
}

function isRunning(view: PodView, container: Container): boolean {
  return viewOf(view, container).run?.is === "running";
}
