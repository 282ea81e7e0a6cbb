import type { Endpoint, EndpointSlice, Service } from "@ordinal/api";
import { isIP } from "node:net";
import type { Forward, Target } from "./plan.ts";

type ServicePort = NonNullable<Service["spec"]["ports"]>[number];

/** The addresses of a service and the endpoints behind them; none for headless services and ExternalName. */
export function serviceForwards(service: Service | undefined, slices: readonly EndpointSlice[]): readonly Forward[] {
  if (service === undefined || service.spec.type === "ExternalName") return [];
  const { clusterIP, clusterIPs = [clusterIP ?? ""], ports = [] } = service.spec;
  return clusterIPs
    .filter((address) => isIP(address) !== 0)
    .flatMap((host) =>
      ports.flatMap((port): readonly Forward[] => {
        const { protocol = "TCP" } = port;
        if (protocol !== "TCP" && protocol !== "UDP") return [];
        return [{ protocol, host, port: port.port, targets: targetsOf(port, familyOf(host, slices)) }];
      }),
    );
}

function familyOf(host: string, slices: readonly EndpointSlice[]): readonly EndpointSlice[] {
  return slices.filter((slice) => slice.addressType === `IPv${isIP(host)}`);
}

/**
 * The ready endpoints. Where there are none but some are ending and still serve, those: connections made in the moment
 * between are not lost. Source: kube-proxy `CategorizeEndpoints` (KEP-1669).
 */
function targetsOf(port: ServicePort, slices: readonly EndpointSlice[]): readonly Target[] {
  const ready = collect(port, slices, ({ conditions }) => conditions?.ready !== false);
  return ready.length > 0
    ? ready
    : collect(port, slices, ({ conditions }) => conditions?.serving === true && conditions.terminating === true);
}

function collect(
  port: ServicePort,
  slices: readonly EndpointSlice[],
  isWanted: (endpoint: Endpoint) => boolean,
): readonly Target[] {
  const targets = slices.flatMap((slice) => {
    const number = portOf(port, slice);
    if (number === undefined) return [];
    return (slice.endpoints ?? []).filter(isWanted).flatMap(({ addresses }) => {
      // All addresses of one endpoint mean the same pod.
      const [host] = addresses;
      return host === undefined ? [] : [{ host, port: number }];
    });
  });
  return [...new Map(targets.map((target) => [`${target.host} ${target.port}`, target])).values()];
}

/** The endpoints' port behind a service's port: the one of the same name. */
function portOf(port: ServicePort, slice: EndpointSlice): number | undefined {
  const same = (slice.ports ?? []).find(
    ({ name = "", protocol = "TCP" }) => name === (port.name ?? "") && protocol === (port.protocol ?? "TCP"),
  );
  return same?.port;
}
