import { areContainersReady, areGatesOpen, isPodFinished, isTerminating } from "@ordinal/api";
import type { Endpoint, Pod, Service } from "@ordinal/api";
import { resolvePorts, type SlicePorts } from "./ports.ts";

type AddressType = "IPv4" | "IPv6";

/** One pod behind one service in one address family: where it is, and on which ports. */
export interface PodEndpoint {
  readonly addressType: AddressType;
  readonly ports: SlicePorts;
  readonly endpoint: Endpoint;
}

/**
 * The endpoints that a service has in these pods, one for each family the service wants and the pod has.
 *
 * An endpoint is ready as soon as the pod's containers are, before the pod's own Ready condition: that one follows
 * when DNS serves the endpoint. Otherwise as `endpointslice/utils.go` in Kubernetes.
 */
export function endpointsOf(service: Service, pods: readonly Pod[]): readonly PodEndpoint[] {
  const families = service.spec.ipFamilies ?? ["IPv4"];
  return pods
    .filter((pod) => !isPodFinished(pod))
    .flatMap((pod) => families.flatMap((family) => inFamily(service, pod, family)));
}

function inFamily(service: Service, pod: Pod, family: string): readonly PodEndpoint[] {
  const addressType: AddressType = family === "IPv6" ? "IPv6" : "IPv4";
  const address = addressesOf(pod).find((each) => each.includes(":") === (addressType === "IPv6"));
  if (address === undefined) return [];
  return [{ addressType, ports: resolvePorts(service, pod), endpoint: endpointAt(address, service, pod) }];
}

function addressesOf(pod: Pod): readonly string[] {
  const all = [...(pod.status?.podIPs ?? []).map(({ ip }) => ip), pod.status?.podIP];
  return all.flatMap((ip) => ip ?? []).filter((ip) => ip !== "");
}

function endpointAt(address: string, service: Service, pod: Pod): Endpoint {
  const serving = areContainersReady(pod) && areGatesOpen(pod);
  const terminating = isTerminating(pod);
  const ready = service.spec.publishNotReadyAddresses === true || (serving && !terminating);
  const { hostname, subdomain, nodeName } = pod.spec;
  const isNamed = hostname !== undefined && hostname !== "" && subdomain === service.metadata.name;
  return {
    addresses: [address],
    conditions: { ready, serving, terminating },
    ...(isNamed ? { hostname } : {}),
    ...(nodeName === undefined ? {} : { nodeName }),
    targetRef: {
      kind: "Pod",
      namespace: pod.metadata.namespace ?? "",
      name: pod.metadata.name,
      uid: pod.metadata.uid,
    },
  };
}
