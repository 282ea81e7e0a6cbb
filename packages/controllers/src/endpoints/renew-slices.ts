import { isWaitingForNames, type EndpointSlice, type Pod, type Service } from "@ordinal/api";
import { stampSteps } from "./trigger-time.ts";
import type { SliceStep } from "./plan-slices.ts";

/**
 * Slices that are right as they are, and are written again all the same: a pod that was unready for a moment waits for a
 * word about it that is newer than its own, because an older one might be about to be taken back. Nothing but the trigger
 * time changes. Services that publish unready pods take nothing back, and nobody waits for them.
 */
export function renewSlices(
  service: Service,
  world: {
    readonly pods: readonly Pod[];
    readonly slices: readonly EndpointSlice[];
    readonly steps: readonly SliceStep[];
  },
  nowMs: number,
): readonly SliceStep[] {
  if (service.spec.publishNotReadyAddresses === true) return [];
  const written = new Set(world.steps.map(({ slice }) => slice.metadata.name));
  const waiting = new Map(world.pods.filter(isWaitingForNames).map((pod) => [pod.metadata.uid, revisionOf(pod)]));
  if (waiting.size === 0) return [];
  const old = world.slices.filter(
    (slice) =>
      !written.has(slice.metadata.name) &&
      (slice.endpoints ?? []).some(
        ({ conditions, targetRef }) =>
          conditions?.ready === true && (waiting.get(targetRef?.uid ?? "") ?? 0) > revisionOf(slice),
      ),
  );
  return stampSteps(
    old.map((slice): SliceStep => ({ do: "update", slice })),
    nowMs,
  );
}

/** Revisions count all writes of the API server. */
function revisionOf({ metadata }: Pod | EndpointSlice): number {
  return Number(metadata.resourceVersion);
}
