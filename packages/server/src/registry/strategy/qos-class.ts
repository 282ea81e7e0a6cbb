import { parseQuantityMilli, type Pod } from "@ordinal/api";

type QosClass = "Guaranteed" | "Burstable" | "BestEffort";
type Amounts = Readonly<Record<string, string>>;

/** Quality of service from the containers' requests and limits. Source: upstream `pkg/apis/core/v1/helper/qos`. */
export function qosClassOf(pod: Pod): QosClass {
  const containers = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])];
  const resources = containers.map((container) => ({
    requests: computeOf(container.resources?.requests),
    limits: computeOf(container.resources?.limits),
  }));
  if (resources.every(({ requests, limits }) => requests.size + limits.size === 0)) return "BestEffort";
  const isGuaranteed = resources.every(
    ({ requests, limits }) =>
      limits.size === 2 && [...limits].every(([name, limit]) => (requests.get(name) ?? limit) === limit),
  );
  return isGuaranteed ? "Guaranteed" : "Burstable";
}

/** The cpu and memory amounts that are not zero, in thousandths. */
function computeOf(amounts: Amounts | undefined): ReadonlyMap<string, bigint> {
  const entries = ["cpu", "memory"].map((name): readonly [string, bigint] => {
    const parsed = parseQuantityMilli(amounts?.[name] ?? "0");
    return [name, parsed.ok ? parsed.value : 0n];
  });
  return new Map(entries.filter(([, amount]) => amount > 0n));
}
