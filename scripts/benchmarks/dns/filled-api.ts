import { join } from "node:path";
import { labels, wellKnown, type Draft, type EndpointSlice } from "@ordinal/api";
import { systemClock } from "@ordinal/runtime";
import { startApiProcess, type ApiProcess } from "../../../packages/dns/src/api-process.fixture.ts";
import { createRegistry, type Registry } from "../../../packages/server/src/index.ts";
import { openStore } from "../../../packages/store/src/index.ts";
import { namespace, port, type BenchEndpoint, type BenchNames, type BenchService } from "./names.ts";

/** Writes that wait for one another's sync to disk. */
const together = 64;

/** The real API server in a process of its own, with a service and two slices (one per family) for each of the services. */
export async function startFilledApi(dir: string, names: BenchNames): Promise<ApiProcess> {
  const store = await openStore({ dir: join(dir, "store") });
  const registry = await createRegistry({ store, clock: systemClock, serviceRange: "127.96.0.0/16" });
  for (const name of wellKnown.namespaces) await registry.create("namespaces", { metadata: { name } });
  for (let from = 0; from < names.services.length; from += together) {
    await Promise.all(names.services.slice(from, from + together).map(async (each) => await fill(registry, each)));
  }
  await store.stop();
  return await startApiProcess(dir, 0);
}

async function fill(registry: Registry, service: BenchService): Promise<void> {
  await registry.create("services", {
    metadata: { name: service.name, namespace },
    spec: {
      clusterIP: "None",
      selector: { app: service.name },
      ipFamilyPolicy: "PreferDualStack",
      ports: [{ ...port, protocol: "TCP" }],
    },
  });
  await registry.create("endpointslices", sliceOf(service, "IPv4"));
  await registry.create("endpointslices", sliceOf(service, "IPv6"));
}

/** A slice as the endpoints controller writes it, of pods that are ready. */
export function sliceOf({ name, endpoints }: BenchService, family: "IPv4" | "IPv6"): Draft<EndpointSlice> {
  return {
    metadata: { name: `${name}-${family.toLowerCase()}`, namespace, labels: { [labels.serviceName]: name } },
    addressType: family,
    endpoints: endpoints.map((endpoint: BenchEndpoint) => ({
      addresses: [family === "IPv4" ? endpoint.ipv4 : endpoint.ipv6],
      hostname: endpoint.hostname,
      conditions: { ready: true, serving: true, terminating: false },
      nodeName: "bench",
      targetRef: { kind: "Pod", namespace, name: endpoint.hostname },
    })),
    ports: [{ name: port.name, port: port.port, protocol: "TCP" }],
  };
}
