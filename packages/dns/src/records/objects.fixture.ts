import type { Endpoint, EndpointSlice, Namespace, Service } from "@ordinal/api";

const metadata = { uid: "u", resourceVersion: "1", creationTimestamp: "2026-01-01T00:00:00Z" };

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

/** An IPv4 slice of a service in `default`. */
export function slice(serviceName: string, endpoints: readonly Endpoint[]): EndpointSlice {
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
  };
}

/** A ready endpoint unless said otherwise. */
export function endpoint(address: string, rest: Omit<Endpoint, "addresses"> = {}): Endpoint {
  return { addresses: [address], conditions: { ready: true, serving: true, terminating: false }, ...rest };
}
