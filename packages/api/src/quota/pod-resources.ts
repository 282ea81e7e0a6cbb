import type { Container, Pod } from "../types.ts";
import { amountsOf, greatestOf, sumOf } from "./amounts.ts";
import type { Amounts } from "./amounts.ts";

const nothing: Amounts = new Map();

/**
 * What a pod requests or may take at most: its containers and sidecars together, or the hungriest init container with
 * the sidecars before it if that is more, and the overhead. Source: `pkg/api/v1/resource` PodRequests, PodLimits.
 */
export function podResources({ spec }: Pod, which: "requests" | "limits"): Amounts {
  const own = (container: Container): Amounts => amountsOf(container.resources?.[which]);
  let sidecars = nothing;
  let most = nothing;
  for (const container of spec.initContainers ?? []) {
    const isSidecar = container.restartPolicy === "Always";
    if (isSidecar) sidecars = sumOf(sidecars, own(container));
    most = greatestOf(most, isSidecar ? sidecars : sumOf(own(container), sidecars));
  }
  const running = spec.containers.map(own).reduce(sumOf, nothing);
  const total = greatestOf(sumOf(running, sidecars), most);
  const overhead = [...amountsOf(spec.overhead)].filter(([name]) => which === "requests" || total.has(name));
  return sumOf(total, new Map(overhead));
}
