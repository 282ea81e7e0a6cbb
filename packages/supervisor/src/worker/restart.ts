import type { Container, Pod } from "@ordinal/api";
import type { ContainerView, EndedRun, RestartWait } from "./pod-view.ts";

export type RestartPolicy = "Always" | "OnFailure" | "Never";

/** An init container that goes on running beside the main ones. */
export function isSidecar(container: Container): boolean {
  return container.restartPolicy === "Always";
}

/** How a main container of the pod is restarted. */
export function mainPolicy(pod: Pod): RestartPolicy {
  const policy = pod.spec.restartPolicy;
  return policy === "OnFailure" || policy === "Never" ? policy : "Always";
}

/** How an init container is restarted: until it succeeds, unless the pod says Never. */
export function initPolicy(pod: Pod, container: Container): RestartPolicy {
  if (isSidecar(container)) return "Always";
  return pod.spec.restartPolicy === "Never" ? "Never" : "OnFailure";
}

export function shouldRestart(policy: RestartPolicy, run: EndedRun): boolean {
  return policy === "Always" || (policy === "OnFailure" && run.code !== 0);
}

/** Whether the container is over for good. */
export function isOver(view: ContainerView, policy: RestartPolicy): boolean {
  return view.run?.is === "ended" && !shouldRestart(policy, view.run);
}

/** The back-off of one container: how long the next wait is, and when it was last lengthened. */
export interface CrashBackoff {
  readonly delayMs: number;
  readonly updatedAtMs: number;
}

export interface CrashBackoffOptions {
  /** The first wait; the first restart itself is at once. */
  readonly baseMs: number;
  readonly capMs: number;
}

/** The back-off after a restart at `nowMs`. Source: client-go `flowcontrol.Backoff`: forgotten after twice the cap. */
export function lengthen(
  before: CrashBackoff | undefined,
  nowMs: number,
  { baseMs, capMs }: CrashBackoffOptions,
): CrashBackoff {
  const isForgotten = before === undefined || nowMs - before.updatedAtMs > 2 * capMs;
  const delayMs = isForgotten ? baseMs : Math.min(before.delayMs * 2, capMs);
  return { delayMs: Math.min(delayMs, capMs), updatedAtMs: nowMs };
}

/** When a run that ended at `finishedAtMs` may be followed by the next; undefined: at once. */
export function restartWait(
  backoff: CrashBackoff | undefined,
  finishedAtMs: number,
  { capMs }: CrashBackoffOptions,
): RestartWait | undefined {
  if (backoff === undefined || finishedAtMs - backoff.updatedAtMs > 2 * capMs) return undefined;
  return { atMs: finishedAtMs + backoff.delayMs, delayMs: backoff.delayMs };
}
