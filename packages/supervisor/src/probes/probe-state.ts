export type ProbeKind = "readiness" | "liveness" | "startup";

/** What one attempt of a probe came to. A warning counts as success, and is told as an event. */
export interface ProbeResult {
  readonly is: "success" | "warning" | "failure";
  /** Upstream's words, shown in the event. */
  readonly message: string;
}

/** Where a probe stands: its verdict, and how many results in a row speak for the other. */
export interface ProbeState {
  /** Undefined until the first threshold is reached. */
  readonly verdict?: "success" | "failure";
  readonly last?: "success" | "failure";
  readonly inARow: number;
}

export interface Thresholds {
  readonly successThreshold: number;
  readonly failureThreshold: number;
}

export const untried: ProbeState = { inARow: 0 };

/** Counts one more result. Source: kubelet `prober/worker.go` doProbe. */
export function fold(before: ProbeState, result: ProbeResult, thresholds: Thresholds): ProbeState {
  const last = result.is === "failure" ? "failure" : "success";
  const inARow = before.last === last ? before.inARow + 1 : 1;
  const needed = last === "failure" ? thresholds.failureThreshold : thresholds.successThreshold;
  const verdict = inARow >= needed ? last : before.verdict;
  return verdict === undefined ? { last, inARow } : { verdict, last, inARow };
}
