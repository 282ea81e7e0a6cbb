import type { Step } from "./step.ts";

export interface CarryOutOptions {
  /** One step after the other; otherwise the steps of different pods at once, in growing batches. */
  readonly isOrdered: boolean;
  readonly act: (step: Step) => Promise<void>;
}

/** Batches double up to this. Source: `MaxBatchSize`. */
const maxBatch = 500;

/**
 * Carries out a plan up to the first failure, which it throws. A batch that has begun is finished first, and the first
 * batch is a single pod, so that what the API refuses for one is not asked for hundreds. Source: `slowStartBatch`.
 */
export async function carryOut(steps: readonly Step[], { isOrdered, act }: CarryOutOptions): Promise<void> {
  const groups = isOrdered ? [steps] : [...byPod(steps).values()];
  for (let size = 1, from = 0; from < groups.length; from += size, size = Math.min(size * 2, maxBatch)) {
    const batch = groups.slice(from, from + size).map((group) => inTurn(group, act));
    const failure = (await Promise.allSettled(batch)).find((outcome) => outcome.status === "rejected");
    if (failure !== undefined) throw failure.reason;
  }
}

async function inTurn(steps: readonly Step[], act: CarryOutOptions["act"]): Promise<void> {
  for (const step of steps) await act(step);
}

function byPod(steps: readonly Step[]): ReadonlyMap<string, readonly Step[]> {
  return Map.groupBy(steps, (step) => (step.do === "delete-pod" ? step.pod.metadata.name : step.podName));
}
