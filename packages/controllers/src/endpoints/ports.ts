import type { EndpointSlice, Pod, Service } from "@ordinal/api";

/** The ports of a slice, which all its endpoints share. */
export type SlicePorts = NonNullable<EndpointSlice["ports"]>;

type ServicePort = NonNullable<Service["spec"]["ports"]>[number];

/**
 * The service's ports as numbers in this pod. A named target port is looked up in the pod's containers, so two pods
 * of one service may differ; a name the pod does not have leaves that port out. Source: `pkg/api/v1/pod` FindPort.
 */
export function resolvePorts(service: Service, pod: Pod): SlicePorts {
  return (service.spec.ports ?? []).flatMap((port) => {
    const number = targetNumber(port, pod);
    if (number === undefined) return [];
    const { name = "", protocol = "TCP", appProtocol } = port;
    return [{ name, port: number, protocol, ...(appProtocol === undefined ? {} : { appProtocol }) }];
  });
}

function targetNumber(port: ServicePort, pod: Pod): number | undefined {
  const target = port.targetPort ?? port.port;
  if (typeof target === "number") return target === 0 ? port.port : target;
  const protocol = port.protocol ?? "TCP";
  const restartable = (pod.spec.initContainers ?? []).filter((container) => container.restartPolicy === "Always");
  return [...pod.spec.containers, ...restartable]
    .flatMap((container) => container.ports ?? [])
    .find((each) => each.name === target && (each.protocol ?? "TCP") === protocol)?.containerPort;
}
