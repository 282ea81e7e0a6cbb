import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { wellKnown, type Endpoint, type EndpointSlice, type Service } from "@ordinal/api";
import type { Client } from "@ordinal/client";
import { systemClock, type Stoppable } from "@ordinal/runtime";
import { createRegistry, type Registry } from "@ordinal/server";
import { openStore } from "@ordinal/store";

/** The real registry over a real store in a directory of its own, with the namespaces every start ensures. */
export interface Api extends Stoppable {
  readonly client: Registry;
}

export async function startApi(): Promise<Api> {
  const dir = await mkdtemp(join(tmpdir(), "ordinal-dns-"));
  const store = await openStore({ dir });
  const client = await createRegistry({ store, clock: systemClock });
  for (const name of wellKnown.namespaces) await client.create("namespaces", { metadata: { name } });
  return {
    client,
    async stop() {
      await store.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** Makes a service in `default`; headless unless the spec says otherwise. */
export async function makeService(client: Client, name: string, spec: Service["spec"] = {}): Promise<Service> {
  return await client.create("services", {
    metadata: { name, namespace: "default" },
    spec: { clusterIP: "None", ports: [{ name: "web", port: 80 }], ...spec },
  });
}

/** Makes the slice of a service in `default`, of the family of its first endpoint. */
export async function makeSlice(
  client: Client,
  serviceName: string,
  endpoints: readonly Endpoint[],
): Promise<EndpointSlice> {
  return await client.create("endpointslices", {
    metadata: {
      generateName: `${serviceName}-`,
      namespace: "default",
      labels: { "kubernetes.io/service-name": serviceName },
    },
    addressType: endpoints[0]?.addresses[0]?.includes(":") ? "IPv6" : "IPv4",
    endpoints,
    ports: [{ name: "web", port: 80, protocol: "TCP" }],
  });
}

/** A ready endpoint with a hostname. */
export function ready(hostname: string, address: string): Endpoint {
  return { addresses: [address], hostname, conditions: { ready: true, serving: true, terminating: false } };
}

/** Tries again, letting other work run, until the check no longer fails; after 5 s its failure is thrown. */
export async function eventually(check: () => unknown): Promise<void> {
  const deadline = performance.now() + 5_000;
  for (;;) {
    try {
      await check();
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

/** Resolves once the lease says that this revision is served. */
export async function served(api: Client, revision: number): Promise<void> {
  await eventually(async () => {
    const place = { namespace: "kube-system", name: "ordinal-dns" };
    const lease = await api.get("leases", place).catch(() => undefined);
    const value = Number(lease?.metadata.annotations?.["ordinal.internal/served-revision"] ?? -1);
    if (value < revision) throw new Error(`revision ${value} is served, not ${revision}`);
  });
}
