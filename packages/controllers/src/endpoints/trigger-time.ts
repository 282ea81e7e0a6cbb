import { annotations, podCondition, type Draft, type EndpointSlice, type Pod, type Service } from "@ordinal/api";
import { keyOf, type Change } from "@ordinal/client";
import type { Clock } from "@ordinal/runtime";
import type { SliceStep } from "./plan-slices.ts";

/** Knows what a service's slices change for: readers measure from it how long a change takes to reach them. */
export interface TriggerTimes {
  /** To be told of each change of a pod as it arrives. */
  note(change: Change<Pod>): void;
  /**
   * When the oldest change happened that the service's slices do not show yet, in milliseconds since the epoch; undefined
   * when none of its pods became ready or unready. `settle` is to be called once the slices are written.
   */
  since(service: Service, of: { readonly pods: readonly Pod[]; readonly isNew: boolean }): Trigger;
  /** The service is gone. */
  forget(serviceKey: string): void;
}

interface Trigger {
  readonly atMs: number | undefined;
  settle(): void;
}

interface Noted {
  /** The conditions as they were, so that a change of something else is told from one of them. */
  readonly mark: string;
  readonly atMs: number;
  /** Changes are numbered, so that a service need only remember up to where it has shown them. */
  readonly number: number;
}

/**
 * As `endpointslice/util/trigger_time_tracker.go`: a service's creation, or the oldest of its pods' changes of readiness.
 * Apart from these: it is ContainersReady (and readiness gates) that counts, since the Ready condition follows the slices
 * here; and a service that has slices already when it is first seen was not created just now, this controller was.
 */
export function createTriggerTimes(clock: Clock): TriggerTimes {
  const noted = new Map<string, Noted>();
  /** The number up to which a service's slices show all changes. */
  const shown = new Map<string, number>();
  let last = 0;

  function oldest(pods: readonly Pod[], after: number): number | undefined {
    let atMs: number | undefined;
    for (const { metadata } of pods) {
      const change = noted.get(metadata.uid);
      if (change !== undefined && change.number > after) atMs = Math.min(atMs ?? change.atMs, change.atMs);
    }
    return atMs;
  }

  return {
    note({ before, after }) {
      if (after === undefined) {
        if (before !== undefined) noted.delete(before.metadata.uid);
        return;
      }
      const { mark, transitionMs } = readinessOf(after);
      if (transitionMs === undefined || noted.get(after.metadata.uid)?.mark === mark) return;
      last += 1;
      noted.set(after.metadata.uid, { mark, atMs: withinSecond(transitionMs, clock.now()), number: last });
    },
    since(service, { pods, isNew }) {
      const key = keyOf(service);
      const upTo = shown.get(key);
      const number = last;
      const settle = (): void => void shown.set(key, number);
      if (upTo !== undefined) return { atMs: oldest(pods, upTo), settle };
      return { atMs: isNew ? Date.parse(service.metadata.creationTimestamp) : undefined, settle };
    },
    forget: (serviceKey) => void shown.delete(serviceKey),
  };
}

/** The steps, with the time in what they write; without one, an older time goes. Source: `addTriggerTimeAnnotation` there. */
export function stampSteps(steps: readonly SliceStep[], atMs: number | undefined): readonly SliceStep[] {
  return steps.map((step): SliceStep => {
    if (step.do === "create") return { ...step, slice: stamp(step.slice, atMs) };
    return step.do === "update" ? { ...step, slice: stamp(step.slice, atMs) } : step;
  });
}

function stamp<T extends Draft<EndpointSlice>>(slice: T, atMs: number | undefined): T {
  const { [annotations.lastChangeTriggerTime]: _former, ...others } = slice.metadata.annotations ?? {};
  const now = atMs === undefined ? {} : { [annotations.lastChangeTriggerTime]: new Date(atMs).toISOString() };
  return { ...slice, metadata: { ...slice.metadata, annotations: { ...others, ...now } } };
}

function readinessOf(pod: Pod): { readonly mark: string; readonly transitionMs: number | undefined } {
  const types = ["ContainersReady", ...(pod.spec.readinessGates ?? []).map(({ conditionType }) => conditionType)];
  const conditions = types.flatMap((type) => podCondition(pod, type) ?? []);
  const times = conditions
    .flatMap(({ lastTransitionTime }) => lastTransitionTime ?? [])
    .map((time) => Date.parse(time));
  return {
    mark: conditions.map(({ status, lastTransitionTime }) => `${status} ${lastTransitionTime ?? ""}`).join(),
    transitionMs: times.length === 0 ? undefined : Math.max(...times),
  };
}

/** Conditions tell whole seconds: of that second, the moment nearest to when the change was seen. */
function withinSecond(startMs: number, seenMs: number): number {
  return Math.max(startMs, Math.min(seenMs, startMs + 999));
}
