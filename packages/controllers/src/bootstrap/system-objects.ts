import {
  labels,
  wellKnown,
  type Draft,
  type Endpoints,
  type EndpointSlice,
  type Namespace,
  type Service,
} from "@ordinal/api";

/** Where pods find the API server, and where it really is. */
export interface ApiPlace {
  /** The address of the `kubernetes` service: the first of the service range. */
  readonly serviceAddress: string;
  /** Where the API server listens. */
  readonly apiAddress: string;
  readonly apiPort: number;
}

const at = { name: "kubernetes", namespace: wellKnown.defaultNamespace } as const;
const https = { name: "https", protocol: "TCP" } as const;

export function systemNamespaces(): readonly Draft<Namespace>[] {
  return wellKnown.namespaces.map((name) => ({ metadata: { name } }));
}

/** Source: `pkg/controlplane/controller/kubernetesservice`. */
export function apiService({ serviceAddress, apiPort }: ApiPlace): Draft<Service> {
  return {
    metadata: { ...at, labels: { component: "apiserver", provider: "kubernetes" } },
    spec: {
      type: "ClusterIP",
      clusterIP: serviceAddress,
      clusterIPs: [serviceAddress],
      ports: [{ ...https, port: 443, targetPort: apiPort }],
      sessionAffinity: "None",
    },
  };
}

export function apiEndpoints({ apiAddress, apiPort }: ApiPlace): Draft<Endpoints> {
  return {
    metadata: { ...at, labels: { "endpointslice.kubernetes.io/skip-mirror": "true" } },
    subsets: [{ addresses: [{ ip: apiAddress }], ports: [{ ...https, port: apiPort }] }],
  };
}

export function apiEndpointSlice({ apiAddress, apiPort }: ApiPlace): Draft<EndpointSlice> {
  return {
    metadata: { ...at, labels: { [labels.serviceName]: at.name } },
    addressType: "IPv4",
    endpoints: [{ addresses: [apiAddress], conditions: { ready: true } }],
    ports: [{ ...https, port: apiPort }],
  };
}

/** Whether `current` says everything that `wanted` says; it may say more. */
export function covers(current: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) {
    return (
      Array.isArray(current) &&
      current.length === wanted.length &&
      wanted.every((each, index) => covers(current[index], each))
    );
  }
  if (!isObject(wanted)) return current === wanted;
  return isObject(current) && Object.entries(wanted).every(([key, value]) => covers(current[key], value));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
