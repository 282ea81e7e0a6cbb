import type { Container, Pod } from "@ordinal/api";

export type Step =
  /** Set up the volumes, then open the sandbox. */
  | { readonly do: "open" }
  | { readonly do: "start"; readonly container: Container; readonly attempt: number }
  /** Tell a container to end, by `deadlineMs` at the latest. Again with an earlier deadline hurries it. */
  | { readonly do: "stop"; readonly container: Container; readonly deadlineMs: number; readonly because: string }
  /** All its processes have ended: write the last status, close the sandbox, remove the object. */
  | { readonly do: "finish" };

export interface Plan {
  readonly steps: readonly Step[];
  /** When to look again though nothing has happened. */
  readonly againAtMs?: number;
}

export const nothing: Plan = { steps: [] };

/** All steps of all plans, looked at again when the first of them asks for it. */
export function earlier(plans: readonly Plan[]): Plan {
  const times = plans.map((plan) => plan.againAtMs).filter((time) => time !== undefined);
  const steps = plans.flatMap((plan) => plan.steps);
  return times.length === 0 ? { steps } : { steps, againAtMs: Math.min(...times) };
}

/** Everything a pod runs, init containers first. */
export function allContainers(pod: Pod): readonly Container[] {
  return [...(pod.spec.initContainers ?? []), ...pod.spec.containers];
}
