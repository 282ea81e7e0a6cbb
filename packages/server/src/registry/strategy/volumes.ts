import type { PersistentVolume, PersistentVolumeClaim } from "@ordinal/api";
import { timestamp } from "@ordinal/runtime";
import { withDataSources } from "./data-source.ts";
import { strategy, type Strategy } from "./strategy.ts";

export const persistentVolumeClaims: Strategy = strategy<PersistentVolumeClaim>({
  hasStatus: true,
  onCreate: (claim) => withDataSources({ ...claim, status: { phase: "Pending" } }),
  onUpdate: withDataSources,
});

export const persistentVolumes: Strategy = strategy<PersistentVolume>({
  hasStatus: true,
  onCreate: (volume, nowMs) => ({
    ...volume,
    status: { phase: "Pending", lastPhaseTransitionTime: timestamp(nowMs) },
  }),
  onStatusUpdate(next, before, nowMs) {
    const isDated = next.status?.lastPhaseTransitionTime !== before.status?.lastPhaseTransitionTime;
    if (next.status?.phase === before.status?.phase || isDated) return next;
    return { ...next, status: { ...next.status, lastPhaseTransitionTime: timestamp(nowMs) } };
  },
});
