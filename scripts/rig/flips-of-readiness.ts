import { Resolver } from "node:dns/promises";
import { join } from "node:path";
import { isPodReady, type Pod } from "@ordinal/api";
import { createHttpsClient, loadKubeconfig } from "@ordinal/client";
import { hasCode, silentLogger, systemClock } from "@ordinal/runtime";

// Runs on the private machine: lets a pod become ready and unready again and again by its readiness gate, and asks for its
// name at the instant the API first shows it Ready. Prints as JSON how often, what was answered wrongly, and how many
// milliseconds after it was shown not Ready its name was gone.

const [dataDir = "", flips = "1"] = process.argv.slice(2);
const name = "web-0.nginx.default.svc.cluster.local";
const at = { namespace: "default", name: "web-0" };
const gate = "example.com/in-service";
const resolver = new Resolver({ timeout: 2_000, tries: 2 });
resolver.setServers(["127.0.0.1:10053"]);

const access = await loadKubeconfig(join(dataDir, "kubeconfig"));
const client = createHttpsClient({ access, clock: systemClock, log: silentLogger });
await client.create("services", {
  metadata: { name: "nginx", namespace: "default" },
  spec: { clusterIP: "None", selector: { app: "web" } },
});
const { revision } = await client.list("pods", { namespace: "default" });
const watching = new AbortController();
const changes = client.watch("pods", { namespace: "default", fromRevision: revision, signal: watching.signal });
const states = changes[Symbol.asyncIterator]();
await client.create("pods", {
  metadata: { ...at, labels: { app: "web" } },
  spec: {
    hostname: "web-0",
    subdomain: "nginx",
    readinessGates: [{ conditionType: gate }],
    terminationGracePeriodSeconds: 0,
    containers: [{ name: "web", image: "busybox", command: ["sleep", "infinity"] }],
  },
});
await until((pod) => pod.status?.podIP !== undefined);

const wrong: string[] = [];
const goneAfterMs: number[] = [];
for (let flip = 0; flip < Number(flips); flip++) {
  await open("True");
  const pod = await until(isPodReady);
  const answer = await addresses();
  if (answer.join() !== pod.status?.podIP) wrong.push(`${flip}: ${answer.join()} instead of ${pod.status?.podIP}`);
  await open("False");
  await until((each) => !isPodReady(each));
  const shown = performance.now();
  while ((await addresses()).length > 0) {
    // Asked again at once.
  }
  goneAfterMs.push(performance.now() - shown);
}
watching.abort();
await client.delete("pods", at);
await client.delete("services", { namespace: "default", name: "nginx" });
await client.stop();
console.log(JSON.stringify({ flips: Number(flips), wrong, goneAfterMs }));

async function open(status: string): Promise<void> {
  const body = { status: { conditions: [{ type: gate, status }] } };
  await client.patch("pods", at, { type: "strategic", body, subresource: "status" });
}

async function until(isIt: (pod: Pod) => boolean): Promise<Pod> {
  for (;;) {
    const next = await states.next();
    if (next.done === true) throw new Error("the watch has ended");
    if (next.value.type !== "BOOKMARK" && isIt(next.value.object)) return next.value.object;
  }
}

async function addresses(): Promise<readonly string[]> {
  try {
    return await resolver.resolve4(name);
  } catch (error) {
    if (hasCode(error, "ENOTFOUND", "ENODATA")) return [];
    throw error;
  }
}
