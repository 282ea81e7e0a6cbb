import { isDeepStrictEqual } from "node:util";
import type { Pod, PodStatus } from "@ordinal/api";

/**
 * A merge patch that turns the pod's status into this one, or undefined when it is so already. It carries the uid, so
 * that it never lands on another pod of the same name.
 */
export function statusPatch(pod: Pod, wanted: PodStatus): object | undefined {
  const before: Readonly<Record<string, unknown>> = { ...pod.status };
  const after: Readonly<Record<string, unknown>> = { ...wanted };
  // These belong to others: the scheduler, or a user who debugs.
  const others = new Set(["nominatedNodeName", "ephemeralContainerStatuses", "resize", "observedGeneration"]);
  const removed = Object.keys(before).filter((key) => !Object.hasOwn(after, key) && !others.has(key));
  const changed = Object.entries(after).filter(([key, value]) => !isDeepStrictEqual(before[key], value));
  if (removed.length === 0 && changed.length === 0) return undefined;
  const status = { ...Object.fromEntries(changed), ...Object.fromEntries(removed.map((key) => [key, null])) };
  return { metadata: { uid: pod.metadata.uid }, status };
}
