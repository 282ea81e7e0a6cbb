import { isPodFinished, isTerminating, type Container, type Pod } from "@ordinal/api";
import { planEnd, stopInOrder } from "./plan-end.ts";
import { earlier, nothing, type Plan } from "./plan.ts";
import { viewOf, type ContainerView, type PodView } from "./pod-view.ts";
import { initPolicy, isOver, isSidecar, mainPolicy, shouldRestart, type RestartPolicy } from "./restart.ts";

/** The next steps for a pod. Pure; called again after every step and every happening. */
export function planPod(pod: Pod, view: PodView): Plan {
  if (view.isGone || view.shutdownGraceMs !== undefined || isTerminating(pod)) return planEnd(pod, view);
  if (isPodFinished(pod) || view.eviction !== undefined) return stopInOrder(pod, view);
  const deadlineMs = activeDeadline(pod);
  if (deadlineMs === undefined) return planRun(pod, view);
  if (view.nowMs >= deadlineMs) return stopInOrder(pod, view);
  return earlier([planRun(pod, view), { steps: [], againAtMs: deadlineMs }]);
}

/** When activeDeadlineSeconds is over, in milliseconds since the epoch; undefined without one. */
export function activeDeadline(pod: Pod): number | undefined {
  const { activeDeadlineSeconds } = pod.spec;
  const startTime = pod.status?.startTime;
  if (activeDeadlineSeconds === undefined || startTime === undefined) return undefined;
  return Date.parse(startTime) + activeDeadlineSeconds * 1_000;
}

/** Whether every main container has ended for good. */
export function areMainContainersOver(pod: Pod, view: PodView): boolean {
  return pod.spec.containers.every((container) => isOver(viewOf(view, container), mainPolicy(pod)));
}

/** Whether an init container failed in a pod that is never restarted. */
export function hasInitFailed(pod: Pod, view: PodView): boolean {
  return (pod.spec.initContainers ?? []).some((container) => {
    const { run } = viewOf(view, container);
    return run?.is === "ended" && run.code !== 0 && !shouldRestart(initPolicy(pod, container), run);
  });
}

/** Whether an init container has done its work in this sandbox. */
export function isInitDone(container: Container, { run, inSandbox }: ContainerView): boolean {
  if (!inSandbox) return false;
  return isSidecar(container) ? run?.is === "running" && run.started : run?.is === "ended" && run.code === 0;
}

/** Whether the main containers may run: every init container is done, or a main container has run already. */
export function isInitialized(pod: Pod, view: PodView): boolean {
  const hasMainRun = pod.spec.containers.some((container) => viewOf(view, container).inSandbox);
  return hasMainRun || (pod.spec.initContainers ?? []).every((each) => isInitDone(each, viewOf(view, each)));
}

function planRun(pod: Pod, view: PodView): Plan {
  if (areMainContainersOver(pod, view)) return stopInOrder(pod, view);
  if (hasInitFailed(pod, view)) return stopInOrder(pod, view);
  if (view.address === undefined) return { steps: [{ do: "open" }] };
  if (!isInitialized(pod, view)) return planInit(pod, view);
  const sidecars = (pod.spec.initContainers ?? []).filter(isSidecar);
  return earlier([
    ...sidecars.map((container) => planContainer(container, viewOf(view, container), { policy: "Always", pod, view })),
    ...pod.spec.containers.map((container) =>
      planContainer(container, viewOf(view, container), { policy: mainPolicy(pod), pod, view }),
    ),
  ]);
}

/** Init containers one after the other, while the sidecars among them are kept running. */
function planInit(pod: Pod, view: PodView): Plan {
  const plans: Plan[] = [];
  for (const container of pod.spec.initContainers ?? []) {
    const known = viewOf(view, container);
    const isDone = isInitDone(container, known);
    if (!isDone || isSidecar(container)) {
      plans.push(planContainer(container, known, { policy: initPolicy(pod, container), pod, view }));
    }
    if (!isDone) break;
  }
  return earlier(plans);
}

interface Around {
  readonly policy: RestartPolicy;
  readonly pod: Pod;
  readonly view: PodView;
}

function planContainer(container: Container, known: ContainerView, { policy, pod, view }: Around): Plan {
  const { run, restart, blocked, inSandbox } = known;
  if (run?.is === "running") {
    if (run.condemned === undefined || run.stopping) return nothing;
    const deadlineMs = view.nowMs + (pod.spec.terminationGracePeriodSeconds ?? 30) * 1_000;
    return { steps: [{ do: "stop", container, deadlineMs, because: run.condemned }] };
  }
  // What succeeded in an earlier sandbox, an init container, has to be done again in the new one.
  const isAgain = run !== undefined && !inSandbox && run.code === 0 && policy === "OnFailure" && isInit(pod, container);
  if (run !== undefined && !isAgain && !shouldRestart(policy, run)) return nothing;
  const waitUntilMs = Math.max(blocked?.retryAtMs ?? 0, inSandbox ? (restart?.atMs ?? 0) : 0);
  if (waitUntilMs > view.nowMs) return { steps: [], againAtMs: waitUntilMs };
  return { steps: [{ do: "start", container, attempt: run === undefined ? 0 : run.attempt + 1 }] };
}

function isInit(pod: Pod, container: Container): boolean {
  return (pod.spec.initContainers ?? []).some((each) => each.name === container.name);
}
