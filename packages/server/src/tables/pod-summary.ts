import { isPodFinished, isPodReady, isTerminating, podCondition, type ContainerStatus, type Pod } from "@ordinal/api";

/** What one line about a pod says. */
export interface PodSummary {
  readonly ready: number;
  readonly total: number;
  /** The STATUS column: a phase, or the most telling reason of a container. */
  readonly reason: string;
  readonly restarts: number;
  /** RFC 3339 time at which the latest earlier run of a container ended. */
  readonly lastRestart?: string;
}

interface Runs {
  readonly restarts: number;
  readonly lastRestart: string | undefined;
}

/** Folds a pod's status into one line. Source: `printPod` in `pkg/printers/internalversion/printers.go`. */
export function podSummary(pod: Pod): PodSummary {
  const initStatuses = pod.status?.initContainerStatuses ?? [];
  const statuses = pod.status?.containerStatuses ?? [];
  const sidecars = new Set(
    (pod.spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === "Always").map(({ name }) => name),
  );
  const isInitialized = podCondition(pod, "Initialized")?.status === "True";
  const stuckAt = initStatuses.findIndex((status) => !isInitDone(status, sidecars));
  const showsInit = stuckAt >= 0 && !isInitialized;
  const passed = stuckAt < 0 ? initStatuses : initStatuses.slice(0, stuckAt);
  const runs = showsInit
    ? countRuns(initStatuses.slice(0, stuckAt + 1))
    : countRuns(
        [...passed, ...initStatuses.slice(stuckAt, stuckAt + 1)]
          .filter(({ name }) => sidecars.has(name))
          .concat(statuses),
      );
  const readySidecars = passed.filter((status) => isStartedSidecar(status, sidecars) && status.ready);
  const running = showsInit ? [] : statuses.filter(isPlainlyRunning);
  const initReason = stuckAt < 0 ? undefined : initProblem(pod, stuckAt);
  const containersReason = showsInit ? undefined : containersStatus(pod, running.length > 0);
  return {
    ready: readySidecars.length + running.length,
    total: pod.spec.containers.length + sidecars.size,
    reason: deletionReason(pod) ?? containersReason ?? initReason ?? podReason(pod),
    restarts: runs.restarts,
    ...(runs.lastRestart === undefined ? {} : { lastRestart: runs.lastRestart }),
  };
}

function isInitDone(status: ContainerStatus, sidecars: ReadonlySet<string>): boolean {
  return status.state?.terminated?.exitCode === 0 || isStartedSidecar(status, sidecars);
}

function isStartedSidecar(status: ContainerStatus, sidecars: ReadonlySet<string>): boolean {
  return sidecars.has(status.name) && status.started === true && status.state?.terminated?.exitCode !== 0;
}

function countRuns(statuses: readonly ContainerStatus[]): Runs {
  const ends = statuses.map((status) => status.lastState?.terminated?.finishedAt).filter((end) => end !== undefined);
  return {
    restarts: statuses.reduce((sum, status) => sum + status.restartCount, 0),
    lastRestart: ends.toSorted().at(-1),
  };
}

function initProblem(pod: Pod, index: number): string {
  const state = pod.status?.initContainerStatuses?.[index]?.state;
  if (state?.terminated !== undefined) {
    const { reason, signal, exitCode } = state.terminated;
    if (reason) return `Init:${reason}`;
    return signal ? `Init:Signal:${signal}` : `Init:ExitCode:${exitCode}`;
  }
  const waiting = state?.waiting?.reason;
  if (waiting && waiting !== "PodInitializing") return `Init:${waiting}`;
  return `Init:${index}/${pod.spec.initContainers?.length ?? 0}`;
}

/** The reason of the first container that has one; a pod whose other containers still run is not Completed. */
function containersStatus(pod: Pod, isRunning: boolean): string | undefined {
  const reasons = (pod.status?.containerStatuses ?? []).map(containerReason);
  const reason = reasons.find((each) => each !== undefined);
  if (reason !== "Completed" || !isRunning) return reason;
  return isPodReady(pod) ? "Running" : "NotReady";
}

function containerReason({ state }: ContainerStatus): string | undefined {
  if (state?.waiting?.reason) return state.waiting.reason;
  if (state?.terminated === undefined) return undefined;
  const { reason, signal, exitCode } = state.terminated;
  if (reason) return reason;
  return signal ? `Signal:${signal}` : `ExitCode:${exitCode}`;
}

function isPlainlyRunning(status: ContainerStatus): boolean {
  return containerReason(status) === undefined && status.ready && status.state?.running !== undefined;
}

function deletionReason(pod: Pod): string | undefined {
  if (!isTerminating(pod)) return undefined;
  if (pod.status?.reason === "NodeLost") return "Unknown";
  return isPodFinished(pod) ? undefined : "Terminating";
}

function podReason(pod: Pod): string {
  const isGated = pod.status?.conditions?.some(
    ({ type, reason }) => type === "PodScheduled" && reason === "SchedulingGated",
  );
  if (isGated === true) return "SchedulingGated";
  return pod.status?.reason || (pod.status?.phase ?? "");
}
