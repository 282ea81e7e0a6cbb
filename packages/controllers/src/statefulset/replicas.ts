import type { Pod, StatefulSet } from "@ordinal/api";
import { isInRange, ordinalOf, ordinalRange, podName, type Revision } from "./identity.ts";
import type { World } from "./world.ts";

/** An ordinal the set wants, with its pod if there is one. */
export interface Slot {
  readonly ordinal: number;
  readonly name: string;
  readonly pod: Pod | undefined;
  /** The revision its pod should be of: what a new one would be made from. */
  readonly revision: Revision;
}

/** A pod the set no longer wants. */
export interface Condemned {
  readonly ordinal: number;
  readonly pod: Pod;
}

/** The wanted ordinals from the lowest up, and the pods outside of them from the highest down. */
export function sortPods(
  set: StatefulSet,
  world: World,
): { readonly slots: readonly Slot[]; readonly condemned: readonly Condemned[] } {
  const byOrdinal = new Map<number, Pod>();
  for (const pod of world.pods) {
    const ordinal = ordinalOf(set, pod.metadata.name);
    if (ordinal !== undefined) byOrdinal.set(ordinal, pod);
  }
  const { start, end } = ordinalRange(set);
  const slots = Array.from({ length: end - start }, (_, index): Slot => {
    const ordinal = start + index;
    const revision = isBelowPartition(set, index) ? world.current : world.update;
    return { ordinal, name: podName(set, ordinal), pod: byOrdinal.get(ordinal), revision };
  });
  const condemned = [...byOrdinal]
    .filter(([ordinal]) => !isInRange(set, ordinal))
    .map(([ordinal, pod]): Condemned => ({ ordinal, pod }))
    .toSorted((a, b) => b.ordinal - a.ordinal);
  return { slots, condemned };
}

/** Whether the pod at this place stays on the current revision. Source: `newVersionedStatefulSetPod`. */
function isBelowPartition(set: StatefulSet, index: number): boolean {
  const { type = "RollingUpdate", rollingUpdate } = set.spec.updateStrategy ?? {};
  return type === "RollingUpdate" && index < (rollingUpdate?.partition ?? 0);
}
