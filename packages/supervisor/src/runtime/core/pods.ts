import type { RunId } from "../../pod-runtime.ts";
import type { OpenPod } from "./backend.ts";
import type { Run } from "./run.ts";

/** An open sandbox with the runs that are kept of it. */
export interface Pod extends OpenPod {
  readonly runs: Map<string, Run>;
  /** Starts that are under way; a pod closes only after them. */
  readonly starting: Set<Promise<unknown>>;
}

/** Tells the runs of one pod apart. */
export function runKey({ container, attempt }: Pick<RunId, "container" | "attempt">): string {
  return `${container}/${attempt}`;
}
