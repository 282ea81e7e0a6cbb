import type { Container, ContainerState, ContainerStatus, Pod } from "@ordinal/api";
import { timestamp } from "@ordinal/runtime";
import { isInitialized } from "../worker/plan-pod.ts";
import { isEnding, viewOf, type ContainerView, type EndedRun, type PodView } from "../worker/pod-view.ts";
import { initPolicy, mainPolicy, shouldRestart, type RestartPolicy } from "../worker/restart.ts";

/** The statuses of the main containers, in the order of the spec. */
export function containerStatuses(pod: Pod, view: PodView): readonly ContainerStatus[] {
  const isWaitingForInit = (pod.spec.initContainers ?? []).length > 0 && !isInitialized(pod, view);
  const waitingReason = isWaitingForInit ? "PodInitializing" : "ContainerCreating";
  return pod.spec.containers.map((container) =>
    containerStatus(container, viewOf(view, container), { pod, view, policy: mainPolicy(pod), waitingReason }),
  );
}

/** The statuses of the init containers; undefined for a pod that has none. */
export function initContainerStatuses(pod: Pod, view: PodView): readonly ContainerStatus[] | undefined {
  return pod.spec.initContainers?.map((container) => {
    const policy = initPolicy(pod, container);
    const status = containerStatus(container, viewOf(view, container), {
      pod,
      view,
      policy,
      waitingReason: "PodInitializing",
    });
    // An init container is "ready" when it has done its work. Source: kubelet `prober.UpdatePodStatus`.
    return policy === "Always" ? status : { ...status, ready: status.state?.terminated?.exitCode === 0 };
  });
}

/** The id of a run as statuses show it. */
export function containerId(pod: Pod, container: string, attempt: number): string {
  return `ordinal://${pod.metadata.uid}/${container}/${attempt}`;
}

interface Around {
  readonly pod: Pod;
  readonly view: PodView;
  readonly policy: RestartPolicy;
  readonly waitingReason: string;
}

function containerStatus(container: Container, known: ContainerView, around: Around): ContainerStatus {
  const { name, image = "" } = container;
  const { run } = known;
  const { state, last } = states(container, known, around);
  const isRunning = run?.is === "running";
  return {
    name,
    state,
    lastState: last === undefined ? {} : { terminated: terminated(around.pod, name, last) },
    ready: isRunning && run.ready && !isEnding(around.view),
    restartCount: run?.attempt ?? 0,
    image,
    imageID: known.imageId ?? "",
    ...(run === undefined ? {} : { containerID: containerId(around.pod, name, run.attempt) }),
    started: isRunning && run.started,
  };
}

function states(
  container: Container,
  known: ContainerView,
  around: Around,
): { readonly state: ContainerState; readonly last?: EndedRun } {
  const { run, previous, blocked, restart, inSandbox } = known;
  const { pod, view } = around;
  const before = previous === undefined ? {} : { last: previous };
  if (run?.is === "running") return { state: { running: { startedAt: timestamp(run.startedAtMs) } }, ...before };
  const isLeaving = view.isGone || pod.metadata.deletionTimestamp !== undefined;
  const willRun = run === undefined || (shouldRestart(around.policy, run) && !isLeaving);
  if (!willRun) return { state: { terminated: terminated(pod, container.name, run) }, ...before };
  const last = run === undefined ? {} : { last: run };
  if (blocked !== undefined) return { state: waiting(blocked), ...last };
  if (run === undefined || !inSandbox) return { state: { waiting: { reason: around.waitingReason } }, ...last };
  if (restart === undefined || restart.atMs <= view.nowMs) {
    return { state: { terminated: terminated(pod, container.name, run) }, ...before };
  }
  return {
    state: waiting({ reason: "CrashLoopBackOff", message: backOffMessage(pod, container.name, restart.delayMs) }),
    ...last,
  };
}

/** Upstream's text for a container whose restart is put off; the event says the same. */
function backOffMessage(pod: Pod, container: string, delayMs: number): string {
  const { name, namespace = "", uid } = pod.metadata;
  return `back-off ${showDuration(delayMs)} restarting failed container=${container} pod=${name}_${namespace}(${uid})`;
}

/** As Go prints a duration: `10s`, `2m40s`, `5m0s`, `500ms`. */
function showDuration(ms: number): string {
  if (ms < 1_000) return `${ms}ms`;
  const minutes = Math.floor(ms / 60_000);
  const seconds = (ms % 60_000) / 1_000;
  return minutes === 0 ? `${seconds}s` : `${minutes}m${seconds}s`;
}

function waiting({ reason, message }: { readonly reason: string; readonly message: string }): ContainerState {
  return { waiting: { reason, message } };
}

function terminated(pod: Pod, name: string, run: EndedRun): NonNullable<ContainerState["terminated"]> {
  return {
    exitCode: run.code,
    reason: run.reason,
    ...(run.message === undefined || run.message === "" ? {} : { message: run.message }),
    startedAt: timestamp(run.startedAtMs),
    finishedAt: timestamp(run.finishedAtMs),
    containerID: containerId(pod, name, run.attempt),
  };
}
