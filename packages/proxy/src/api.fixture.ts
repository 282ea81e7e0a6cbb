import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { wellKnown, type EndpointSlice, type Pod, type Service } from "@ordinal/api";
import type { Client } from "@ordinal/client";
import { systemClock, type Stoppable } from "@ordinal/runtime";
import { createRegistry, type Registry } from "@ordinal/server";
import { openStore } from "@ordinal/store";

/** The real registry over a real store in a directory of its own. Service addresses are of a range that is local anyway. */
export interface Api extends Stoppable {
  readonly client: Registry;
}

export async function startApi(): Promise<Api> {
  const dir = await mkdtemp(join(tmpdir(), "ordinal-proxy-"));
  const store = await openStore({ dir });
  const client = await createRegistry({ store, clock: systemClock, serviceRange: "127.96.0.0/16" });
  for (const name of wellKnown.namespaces) await client.create("namespaces", { metadata: { name } });
  return {
    client,
    async stop() {
      await store.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** Makes a pod in `default` with this annotation, and gives it an address. */
export async function makePod(client: Client, name: string, at: { ports: string; podIP?: string }): Promise<Pod> {
  const pod = await client.create("pods", {
    metadata: { name, namespace: "default", annotations: { "ordinal.internal/localhost-ports": at.ports } },
    spec: { containers: [{ name: "web", image: "nginx" }] },
  });
  if (at.podIP === undefined) return pod;
  const status = { phase: "Running", podIP: at.podIP, podIPs: [{ ip: at.podIP }] };
  const patch = { type: "merge", body: { status }, subresource: "status" } as const;
  return await client.patch("pods", { namespace: "default", name }, patch);
}

/** Removes a pod at once, as when its processes have ended. */
export async function removePod(client: Client, name: string): Promise<void> {
  await client.delete("pods", { namespace: "default", name }, { gracePeriodSeconds: 0 });
}

/** Makes a service in `default` with an address, without a selector. */
export async function makeService(
  client: Client,
  name: string,
  { port, protocol = "TCP" }: { port: number; protocol?: string },
): Promise<Service> {
  const ports = [{ name: "web", port, protocol }];
  return await client.create("services", { metadata: { name, namespace: "default" }, spec: { ports } });
}

/** Makes a slice of a service in `default` with these ready addresses. */
export async function makeSlice(
  client: Client,
  serviceName: string,
  at: { addresses: readonly string[]; port: number; protocol?: string },
): Promise<EndpointSlice> {
  const { addresses, port, protocol = "TCP" } = at;
  return await client.create("endpointslices", {
    metadata: {
      generateName: `${serviceName}-`,
      namespace: "default",
      labels: { "kubernetes.io/service-name": serviceName },
    },
    addressType: "IPv4",
    endpoints: addresses.map((address) => ({ addresses: [address], conditions: { ready: true } })),
    ports: [{ name: "web", port, protocol }],
  });
}
