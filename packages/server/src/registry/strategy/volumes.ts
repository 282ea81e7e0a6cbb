import type { PersistentVolume, PersistentVolumeClaim } from "@ordinal/api";
import { timestamp } from "@ordinal/runtime";
import { omit } from "../omit.ts";
import { withDataSources } from "./data-source.ts";
import { strategy, type Strategy } from "./strategy.ts";

export const persistentVolumeClaims: Strategy = strategy<PersistentVolumeClaim>({
  hasStatus: true,
  onCreate: (claim) => withDataSources(withoutAttributesClass({ ...claim, status: { phase: "Pending" } })),
  onUpdate: (next, before) => withDataSources(withoutAttributesClass(next), before),
});

export const persistentVolumes: Strategy = strategy<PersistentVolume>({
  hasStatus: true,
  onCreate: (volume, nowMs) => ({
    ...withoutAttributesClass(volume),
    status: { phase: "Pending", lastPhaseTransitionTime: timestamp(nowMs) },
  }),
  onUpdate: withoutAttributesClass,
  onStatusUpdate(next, before, nowMs) {
    const isDated = next.status?.lastPhaseTransitionTime !== before.status?.lastPhaseTransitionTime;
    if (next.status?.phase === before.status?.phase || isDated) return next;
    return { ...next, status: { ...next.status, lastPhaseTransitionTime: timestamp(nowMs) } };
  },
});

/** Attributes classes are off by default in v1.33, where the field is dropped without a word. Source: `DropDisabledSpecFields`. */
function withoutAttributesClass<T extends PersistentVolume | PersistentVolumeClaim>(object: T): T {
  if (object.spec?.volumeAttributesClassName === undefined) return object;
  return { ...object, spec: omit(object.spec, ["volumeAttributesClassName"]) };
}
