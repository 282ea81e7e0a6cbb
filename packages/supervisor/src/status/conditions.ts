import { namesNotServed, podCondition, type Container, type Pod, type PodCondition } from "@ordinal/api";
import { timestamp } from "@ordinal/runtime";
import { isInitDone, isInitialized } from "../worker/plan-pod.ts";
import { isEnding, viewOf, type PodView } from "../worker/pod-view.ts";
import type { Phase } from "./phase.ts";

/** Whether a pod whose containers are ready may be called Ready: its names resolve, or it has none. */
export type Readiness = { readonly is: "ready" } | { readonly is: "waiting"; readonly message: string };

type Verdict = { readonly status: "True" | "False"; readonly reason?: string; readonly message?: string };

/** Our five conditions and those of others, each keeping its transition time while its status stays. Source: kubelet `status/generate.go`. */
export function podConditions(
  pod: Pod,
  view: PodView,
  { phase, readiness }: { readonly phase: Phase; readonly readiness: Readiness },
): readonly PodCondition[] {
  const containersReady = containersReadyVerdict(pod, view, phase);
  const ours: readonly (readonly [string, Verdict])[] = [
    ["PodReadyToStartContainers", { status: view.address === undefined ? "False" : "True" }],
    ["Initialized", initializedVerdict(pod, view, phase)],
    ["Ready", readyVerdict(pod, containersReady, readiness)],
    ["ContainersReady", containersReady],
    ["PodScheduled", { status: "True" }],
  ];
  const names = new Set(ours.map(([type]) => type));
  const others = (pod.status?.conditions ?? []).filter(({ type }) => !names.has(type));
  return [
    ...ours.map(([type, verdict]) => asCondition(podCondition(pod, type), { type, ...verdict }, view)),
    ...others,
  ];
}

/** Whether every main container counts as ready. */
export function areAllReady(pod: Pod, view: PodView): boolean {
  return pod.spec.containers.every((container) => isReady(container, view));
}

function isReady(container: Container, view: PodView): boolean {
  const { run } = viewOf(view, container);
  return !isEnding(view) && run?.is === "running" && run.ready;
}

function initializedVerdict(pod: Pod, view: PodView, phase: Phase): Verdict {
  if (phase === "Succeeded") return { status: "True", reason: "PodCompleted" };
  if (isInitialized(pod, view)) return { status: "True" };
  const missing = (pod.spec.initContainers ?? []).filter((each) => !isInitDone(each, viewOf(view, each)));
  const message = `containers with incomplete status: ${showNames(missing)}`;
  return { status: "False", reason: "ContainersNotInitialized", message };
}

function containersReadyVerdict(pod: Pod, view: PodView, phase: Phase): Verdict {
  if (phase === "Succeeded") return { status: "False", reason: "PodCompleted" };
  if (phase === "Failed") return { status: "False", reason: "PodFailed" };
  const unready = pod.spec.containers.filter((container) => !isReady(container, view));
  if (unready.length === 0) return { status: "True" };
  return {
    status: "False",
    reason: "ContainersNotReady",
    message: `containers with unready status: ${showNames(unready)}`,
  };
}

function readyVerdict(pod: Pod, containersReady: Verdict, readiness: Readiness): Verdict {
  if (containersReady.status === "False") return containersReady;
  const gates = (pod.spec.readinessGates ?? []).map(({ conditionType }) => gateProblem(pod, conditionType));
  const message = gates.filter((problem) => problem !== undefined).join(", ");
  if (message !== "") return { status: "False", reason: "ReadinessGatesNotReady", message };
  if (readiness.is === "ready") return { status: "True" };
  return { status: "False", reason: namesNotServed, message: readiness.message };
}

function gateProblem(pod: Pod, type: string): string | undefined {
  const condition = podCondition(pod, type);
  if (condition === undefined)
    return `corresponding condition of pod readiness gate ${JSON.stringify(type)} does not exist.`;
  if (condition.status === "True") return undefined;
  return `the status of pod readiness gate ${JSON.stringify(type)} is not "True", but ${condition.status}`;
}

function asCondition(
  before: PodCondition | undefined,
  { type, ...verdict }: Verdict & { readonly type: string },
  { nowMs }: PodView,
): PodCondition {
  const isSame = before?.status === verdict.status && before.lastTransitionTime !== undefined;
  return { type, ...verdict, lastTransitionTime: isSame ? before.lastTransitionTime : timestamp(nowMs) };
}

const showNames = (containers: readonly Container[]): string => `[${containers.map(({ name }) => name).join(" ")}]`;
