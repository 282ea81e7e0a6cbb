import type { Pod } from "@ordinal/api";
import { areMainContainersOver, hasInitFailed, isInitialized } from "../worker/plan-pod.ts";
import { viewOf, type PodView } from "../worker/pod-view.ts";

export type Phase = "Pending" | "Running" | "Succeeded" | "Failed";

/** The phase of a pod that is not finished yet. Source: kubelet `getPhase`. */
export function phaseOf(pod: Pod, view: PodView): Phase {
  const runs = pod.spec.containers.map((container) => viewOf(view, container).run);
  const isEnding = view.isGone || pod.metadata.deletionTimestamp !== undefined;
  const hasEnded = runs.every((run) => run?.is === "ended");
  if (areMainContainersOver(pod, view) || (isEnding && hasEnded)) {
    return runs.every((run) => run?.is === "ended" && run.code === 0) ? "Succeeded" : "Failed";
  }
  if (hasInitFailed(pod, view)) return "Failed";
  if (!isInitialized(pod, view)) return "Pending";
  // A container that waits for its next run counts as one that has started.
  return runs.every((run) => run !== undefined) ? "Running" : "Pending";
}
