import { parseQuantityMilli, type Container, type Pod } from "@ordinal/api";

const counted = ["cpu", "memory"] as const;

/** The pod's quality of service class. Source: `pkg/apis/core/v1/helper/qos`. */
export function qosClass(pod: Pod): "Guaranteed" | "Burstable" | "BestEffort" {
  const containers = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])];
  const values = containers.flatMap((container) => counted.map((resource) => pairOf(container, resource)));
  if (values.every(({ request, limit }) => request === 0n && limit === 0n)) return "BestEffort";
  return values.every(({ request, limit }) => limit > 0n && request === limit) ? "Guaranteed" : "Burstable";
}

function pairOf(container: Container, resource: (typeof counted)[number]): { request: bigint; limit: bigint } {
  const limit = milli(container.resources?.limits?.[resource]);
  const request = container.resources?.requests?.[resource];
  // A limit alone is also the request.
  return { limit, request: request === undefined ? limit : milli(request) };
}

function milli(quantity: string | undefined): bigint {
  const parsed = parseQuantityMilli(quantity ?? "0");
  return parsed.ok ? parsed.value : 0n;
}
