import type { Pod, Service } from "@ordinal/api";

const metadata = (name: string) => ({
  name,
  namespace: "default",
  uid: `uid-${name}`,
  resourceVersion: "1",
  creationTimestamp: "2026-01-01T00:00:00Z",
});

interface PodParts {
  readonly metadata?: Partial<Pod["metadata"]>;
  readonly spec?: Partial<Pod["spec"]>;
  readonly status?: Pod["status"];
  readonly ready?: boolean;
}

/** A pod of a StatefulSet `web` under service `nginx`, with an address; its containers are ready unless told otherwise. */
export function podOf(name: string, { metadata: more, spec, status, ready = true }: PodParts = {}): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { ...metadata(name), labels: { app: "nginx" }, ...more },
    spec: {
      containers: [{ name: "web", ports: [{ name: "web", containerPort: 80 }] }],
      hostname: name,
      subdomain: "nginx",
      nodeName: "ordinal",
      ...spec,
    },
    status: {
      phase: "Running",
      podIP: `10.244.0.${Number(name.split("-").at(-1)) + 2}`,
      conditions: [{ type: "ContainersReady", status: ready ? "True" : "False" }],
      ...status,
    },
  };
}

export function serviceOf(spec: Partial<Service["spec"]> = {}): Service {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: metadata("nginx"),
    spec: {
      clusterIP: "None",
      selector: { app: "nginx" },
      ports: [{ name: "web", port: 80, protocol: "TCP" }],
      ...spec,
    },
  };
}
