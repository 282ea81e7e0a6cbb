import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { isPodReady, type Pod } from "@ordinal/api";
import { createHttpsClient, loadKubeconfig } from "@ordinal/client";
import { silentLogger, systemClock } from "@ordinal/runtime";

// Runs on the private machine: makes and deletes a pod again and again, asks for its name at the instant the API first
// shows it Ready, and has the pod itself ask once more when it is told to stop. Prints what was answered as JSON.

const [dataDir = "", seen = "", rounds = "1"] = process.argv.slice(2);
const name = "web-0.nginx.default.svc.cluster.local";
const at = { namespace: "default", name: "web-0" };
const told = join(seen, "at-term");
const dig = async (): Promise<string> =>
  (await promisify(execFile)("dig", ["+short", "@127.0.0.1", "-p", "10053", name])).stdout.trim();

const access = await loadKubeconfig(join(dataDir, "kubeconfig"));
const client = createHttpsClient({ access, clock: systemClock, log: silentLogger });
await client.create("services", {
  metadata: { name: "nginx", namespace: "default" },
  spec: { clusterIP: "None", selector: { app: "web" } },
});

const found = [];
for (let round = 0; round < Number(rounds); round++) {
  await client.create("pods", podThatAsks());
  const pod = await firstState((each) => isPodReady(each));
  const whenReady = await dig();
  await client.delete("pods", at);
  await untilGone();
  found.push({ address: pod.status?.podIP, whenReady, whenStopped: (await readFile(told, "utf8")).trim() });
}
await client.delete("services", { namespace: "default", name: "nginx" });
await client.stop();
console.log(JSON.stringify(found));

function podThatAsks() {
  const script = `echo never > /seen/at-term; trap 'dig +short @10.96.0.10 ${name} > /seen/at-term; exit 0' TERM; while :; do sleep 0.02; done`;
  return {
    metadata: { ...at, labels: { app: "web" } },
    spec: {
      hostname: "web-0",
      subdomain: "nginx",
      containers: [
        {
          name: "web",
          image: "busybox",
          command: ["sh", "-c", script],
          volumeMounts: [{ name: "seen", mountPath: "/seen" }],
        },
      ],
      volumes: [{ name: "seen", hostPath: { path: seen } }],
    },
  };
}

async function firstState(isIt: (pod: Pod) => boolean): Promise<Pod> {
  for await (const { type, object } of client.watch("pods", {
    namespace: "default",
    signal: AbortSignal.timeout(20_000),
  })) {
    if (type !== "DELETED" && isIt(object)) return object;
  }
  throw new Error("the pod never was Ready");
}

async function untilGone(): Promise<void> {
  const { items, revision } = await client.list("pods", { namespace: "default" });
  if (items.length === 0) return;
  const signal = AbortSignal.timeout(20_000);
  for await (const { type } of client.watch("pods", { namespace: "default", fromRevision: revision, signal })) {
    if (type === "DELETED") return;
  }
}
