import type { Endpoint, EndpointSlice, Namespace, Pod, Service } from "@ordinal/api";
import type { RecordSettings } from "./settings.ts";

const metadata = { uid: "u", resourceVersion: "1", creationTimestamp: "2026-01-01T00:00:00Z" };

/** What is served unless told otherwise. */
export const plain: RecordSettings = { podNames: "verified", hasExternalZones: false };

/** With a zone for outside. */
export const outside: RecordSettings = { ...plain, hasExternalZones: true };

export function namespace(name: string): Namespace {
  return { apiVersion: "v1", kind: "Namespace", metadata: { ...metadata, name } };
}

/** A service in `default`; headless unless the spec says otherwise. */
export function service(name: string, spec: Service["spec"] = {}): Service {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { ...metadata, name, namespace: "default" },
    spec: { type: "ClusterIP", clusterIP: "None", clusterIPs: ["None"], ...spec },
  };
}

/** The specification of a service with these addresses. */
export function clusterIP(address: string, ...more: readonly string[]): Service["spec"] {
  return { clusterIP: address, clusterIPs: [address, ...more] };
}

/** An IPv4 slice of a service in `default`, without ports unless said otherwise. */
export function slice(
  serviceName: string,
  endpoints: readonly Endpoint[],
  rest: Partial<Pick<EndpointSlice, "addressType" | "ports">> = {},
): EndpointSlice {
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      ...metadata,
      name: `${serviceName}-abcde`,
      namespace: "default",
      labels: { "kubernetes.io/service-name": serviceName },
    },
    addressType: "IPv4",
    endpoints,
    ...rest,
  };
}

/** A ready endpoint unless said otherwise. */
export function endpoint(address: string, rest: Omit<Endpoint, "addresses"> = {}): Endpoint {
  return { addresses: [address], conditions: { ready: true, serving: true, terminating: false }, ...rest };
}

/** A running pod in `default` with these addresses, unless its status says otherwise. */
export function pod(name: string, addresses: readonly string[], status: Pod["status"] = {}): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { ...metadata, name, namespace: "default" },
    spec: { containers: [] },
    status: { phase: "Running", podIPs: addresses.map((ip) => ({ ip })), ...status },
  };
}
