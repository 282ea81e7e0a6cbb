import { createHttpsClient, loadKubeconfig } from "@ordinal/client";
import { silentLogger, systemClock } from "@ordinal/runtime";
import { createServices, namespace, port } from "./names.ts";
import { sliceOf } from "./filled-api.ts";

/** Writes as many services and slices of three endpoints, by turns, as fast as the API takes them over HTTPS. */

/** Writes under way at once. */
const together = 16;

const [, , kubeconfig = "", wanted = "0"] = process.argv;
const access = await loadKubeconfig(kubeconfig);
const client = createHttpsClient({ access, clock: systemClock, log: silentLogger });
const { services } = createServices(Array.from({ length: Math.ceil(Number(wanted) / 2) }, () => 3));
const left = services.values();
await Promise.all(Array.from({ length: together }, writeOneByOne));
await client.stop();

async function writeOneByOne(): Promise<void> {
  for (const each of left) {
    const service = { ...each, name: `storm-${each.name}` };
    await client.create("services", {
      metadata: { name: service.name, namespace },
      spec: { clusterIP: "None", selector: { app: service.name }, ports: [{ ...port, protocol: "TCP" }] },
    });
    await client.create("endpointslices", sliceOf(service, "IPv4"));
  }
}
