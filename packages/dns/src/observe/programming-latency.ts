import { annotations, type EndpointSlice, type Service } from "@ordinal/api";
import type { Change } from "@ordinal/client";
import type { Clock, Metrics } from "@ordinal/runtime";

/** Upper bounds in seconds. Source: CoreDNS plugin/kubernetes/object/metrics.go: from 1 ms to 9 minutes. */
const buckets: readonly number[] = Array.from({ length: 20 }, (_, power) => 0.001 * 2 ** power);

/**
 * The time from a pod's change to the moment it is served: to be told of each change to a slice once it is in the answers,
 * with the slice's service. As CoreDNS counts it, but for what says nothing of how late we are: a slice that was there
 * before, one that goes, and one that was changed by somebody else and tells the same time as before.
 */
export function createProgrammingLatency(
  metrics: Metrics,
  clock: Clock,
): (change: Change<EndpointSlice>, service: Service | undefined) => void {
  const histogram = metrics.histogram(
    {
      name: "coredns_kubernetes_dns_programming_duration_seconds",
      help: "Time from the change of a pod or service to its being served.",
    },
    buckets,
  );

  return ({ before, after }, service) => {
    const since = timeOf(after);
    if (service === undefined || since === undefined || since === timeOf(before)) return;
    const sinceMs = Date.parse(since);
    if (Number.isNaN(sinceMs)) return;
    const kind = service.spec.clusterIP === "None" ? "headless_with_selector" : "cluster_ip";
    histogram.observe({ service_kind: kind }, Math.max(0, clock.now() - sinceMs) / 1_000);
  };
}

function timeOf(slice: EndpointSlice | undefined): string | undefined {
  return slice?.metadata.annotations?.[annotations.lastChangeTriggerTime];
}
