import type { Service } from "@ordinal/api";

/**
 * The variables that tell a container of the services around it: `WEB_SERVICE_HOST`, `WEB_PORT_80_TCP_ADDR`, …
 * Source: `pkg/kubelet/envvars.FromServices`.
 */
export function serviceVariables(services: readonly Service[]): Record<string, string> {
  return Object.assign({}, ...services.map(variablesOf)) as Record<string, string>;
}

/** Of a pod: the services of its namespace when it wants links, and always the API's own. */
export function servicesFor(
  pod: { readonly namespace: string; readonly enableServiceLinks: boolean },
  services: readonly Service[],
): readonly Service[] {
  const isLinked = ({ metadata }: Service): boolean => pod.enableServiceLinks && metadata.namespace === pod.namespace;
  // A service of the pod's own namespace that is called `kubernetes` wins over the API's.
  const inOrder = [...services.filter(isApi), ...services.filter(isLinked)];
  return [...new Map(inOrder.map((service) => [service.metadata.name, service])).values()];
}

function isApi({ metadata }: Service): boolean {
  return metadata.namespace === "default" && metadata.name === "kubernetes";
}

function variablesOf(service: Service): Record<string, string> {
  const host = service.spec.clusterIP ?? "";
  const ports = service.spec.ports ?? [];
  const first = ports[0];
  if (host === "" || host === "None" || first === undefined) return {};
  const prefix = variableName(service.metadata.name);
  const variables: Record<string, string> = {
    [`${prefix}_SERVICE_HOST`]: host,
    [`${prefix}_SERVICE_PORT`]: String(first.port),
  };
  for (const { name, port } of ports) {
    if (name !== undefined && name !== "") variables[`${prefix}_SERVICE_PORT_${variableName(name)}`] = String(port);
  }
  for (const [index, { port, protocol = "TCP" }] of ports.entries()) {
    const scheme = protocol.toLowerCase();
    const portPrefix = `${prefix}_PORT_${port}_${protocol.toUpperCase()}`;
    const url = `${scheme}://${host}:${port}`;
    if (index === 0) variables[`${prefix}_PORT`] = url;
    Object.assign(variables, {
      [portPrefix]: url,
      [`${portPrefix}_PROTO`]: scheme,
      [`${portPrefix}_PORT`]: String(port),
      [`${portPrefix}_ADDR`]: host,
    });
  }
  return variables;
}

const variableName = (name: string): string => name.replaceAll("-", "_").toUpperCase();
