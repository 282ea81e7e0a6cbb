import { parseQuantityMilli, type Pod } from "@ordinal/api";

/**
 * How many bytes an emptyDir in memory may hold: its sizeLimit, but never more than the pod's memory limit, nor than the
 * node has. Source: `pkg/volume/emptydir` calculateEmptyDirMemorySize.
 */
export function memorySize(
  sizeLimit: string | undefined,
  { pod, nodeBytes }: { readonly pod: Pod; readonly nodeBytes: number },
): number {
  const limits = [bytesOf(sizeLimit), podLimit(pod)].filter((bytes) => bytes !== undefined && bytes > 0);
  return Math.min(nodeBytes, ...limits.filter((bytes) => bytes !== undefined));
}

/** The bytes of a quantity, rounded up; undefined for none, or one that cannot be read. */
export function bytesOf(quantity: string | undefined): number | undefined {
  if (quantity === undefined) return undefined;
  const parsed = parseQuantityMilli(quantity);
  return parsed.ok ? Number((parsed.value + 999n) / 1000n) : undefined;
}

/** Undefined when a container of it has no limit. */
function podLimit({ spec }: Pod): number | undefined {
  const limits = spec.containers.map(({ resources }) => bytesOf(resources?.limits?.["memory"]));
  return limits.reduce((sum, limit) => (sum === undefined || limit === undefined ? undefined : sum + limit), 0);
}
