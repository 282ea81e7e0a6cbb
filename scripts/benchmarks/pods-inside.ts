import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { isPodReady, type Pod } from "@ordinal/api";
import { createHttpsClient, loadKubeconfig, startInformer, type Informer } from "@ordinal/client";
import { silentLogger, systemClock } from "@ordinal/runtime";
import { createNameProbe } from "./name-probe.ts";
import { showFigures, type Row } from "./figures.ts";

const [dataDir = "", kubectl = "kubectl"] = process.argv.slice(2);
const rounds = 10;
const probe = { httpGet: { path: "/", port: 80 }, periodSeconds: 1 };

const access = await loadKubeconfig(join(dataDir, "kubeconfig"));
const client = createHttpsClient({ access, clock: systemClock, log: silentLogger });
const pods = startInformer("pods", { client, clock: systemClock, log: silentLogger });
await pods.synced;
await client.create("services", {
  metadata: { name: "nginx", namespace: "default" },
  spec: { clusterIP: "None", selector: { app: "web" }, ports: [{ name: "web", port: 80 }] },
});
await client.create("storageclasses", {
  metadata: { name: "now" },
  provisioner: "rancher.io/local-path",
  volumeBindingMode: "Immediate",
});

const baseline = await repeat(rounds, async () => await timed(async () => await run(kubectl, ["version", "--client"])));
const plain = await repeat(rounds, async () => await applyToReady({}));
const probed = await repeat(rounds, async () => await applyToReady({ readinessProbe: probe }));
const again = await deletionToReady();
const bound = await claimToBound();
const late = await nameAfterReady();
const memory2 = await memoryWith(2);
const memory50 = await memoryWith(50);
await deleteSet();
await pods.stop();
await client.stop();

console.log(
  showFigures("Pods and claims", [
    { name: "kubectl version --client (baseline)", values: baseline, unit: "ms" },
    { name: "kubectl apply to both pods Ready", values: plain, unit: "ms", aim: 500 },
    { name: "the same with a readinessProbe", values: probed, unit: "ms", aim: 500 },
    { name: "pod deleted to Ready again", values: again, unit: "ms" },
    { name: "claim created to Bound", values: bound, unit: "ms", aim: 20 },
    { name: "first DNS answer minus Ready seen (early < 0)", values: late, unit: "ms" },
  ]),
);
console.log(`\n${showFigures("Resident memory", [...memory2, ...memory50])}`);

async function applyToReady(container: object): Promise<number> {
  const begun = performance.now();
  const applied = run(kubectl, ["apply", "-f", "-"], JSON.stringify(setOf(2, container)));
  await untilReady(2);
  const ended = performance.now();
  await applied;
  await deleteSet();
  return ended - begun;
}

async function deletionToReady(): Promise<readonly number[]> {
  await client.create("statefulsets", setOf(1, {}));
  await untilReady(1);
  const figures = await repeat(rounds, async () => {
    const uid = pods.get("default/web-0")?.metadata.uid;
    const begun = performance.now();
    await client.delete("pods", { namespace: "default", name: "web-0" });
    await until(pods, () => isReadyAgain(uid));
    return performance.now() - begun;
  });
  await deleteSet();
  return figures;
}

function isReadyAgain(uid: string | undefined): boolean {
  const pod = pods.get("default/web-0");
  return pod !== undefined && pod.metadata.uid !== uid && isPodReady(pod);
}

async function claimToBound(): Promise<readonly number[]> {
  const claims = startInformer("persistentvolumeclaims", { client, clock: systemClock, log: silentLogger });
  await claims.synced;
  const spec = { storageClassName: "now", accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } };
  const figures = await repeat(rounds * 5, async (index) => {
    const name = `bench-${index}`;
    const begun = performance.now();
    const created = client.create("persistentvolumeclaims", { metadata: { name, namespace: "default" }, spec });
    await until(claims, () => claims.get(`default/${name}`)?.status?.phase === "Bound");
    const ended = performance.now();
    await created;
    await client.delete("persistentvolumeclaims", { namespace: "default", name });
    return ended - begun;
  });
  await claims.stop();
  return figures;
}

/** Asks DNS without a pause while a pod comes up: when did it first answer, against when this client saw Ready. */
async function nameAfterReady(): Promise<readonly number[]> {
  return await repeat(rounds * 2, async () => {
    const names = createNameProbe("web-0.nginx.default.svc.cluster.local");
    await client.create("statefulsets", setOf(1, {}));
    await untilReady(1);
    const readyAt = performance.now();
    const answeredAt = await names.firstAnswer;
    await deleteSet();
    return answeredAt - readyAt;
  });
}

async function memoryWith(count: number): Promise<readonly Row[]> {
  await deleteSet();
  await client.create("statefulsets", {
    ...setOf(count, {}),
    spec: { ...setOf(count, {}).spec, podManagementPolicy: "Parallel" },
  });
  await untilReady(count);
  const daemon = await memoryOf(Number((await readFile(join(dataDir, "ordinal.pid"), "utf8")).split("\n")[0]));
  const dns = await memoryOf(await pidIn("dns.json"));
  const proxy = await memoryOf(await pidIn("proxy.json"));
  const row = (name: string, value: number): Row => ({ name: `${name}, ${count} pods`, values: [value], unit: "MB" });
  return [
    row("daemon, resident", daemon.resident),
    row("dns, resident", dns.resident),
    row("proxy, resident", proxy.resident),
    { ...row("daemon + dns, resident, Node's own pages counted twice", daemon.resident + dns.resident), aim: 150 },
    { ...row("daemon + dns, every page counted once", daemon.own + dns.own + dns.shared), aim: 150 },
  ];
}

async function pidIn(file: string): Promise<number> {
  return (JSON.parse(await readFile(join(dataDir, file), "utf8")) as { pid: number }).pid;
}

/** Megabytes: all that is resident, what no other process has, and the pages of the program's file that they share. */
async function memoryOf(pid: number): Promise<{ resident: number; own: number; shared: number }> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, "utf8");
  const read = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(text)?.[1]) / 1024;
  return { resident: read("Rss"), own: read("Private_Dirty") + read("Private_Clean"), shared: read("Shared_Clean") };
}

function setOf(replicas: number, container: object) {
  const web = {
    name: "web",
    image: "nginx:1.9.1",
    ports: [{ containerPort: 80, name: "web" }],
    volumeMounts: [{ name: "www", mountPath: "/usr/share/nginx/html/data" }],
    ...container,
  };
  return {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: { name: "web", namespace: "default" },
    spec: {
      serviceName: "nginx",
      replicas,
      selector: { matchLabels: { app: "web" } },
      template: { metadata: { labels: { app: "web" } }, spec: { containers: [web] } },
      volumeClaimTemplates: [
        {
          metadata: { name: "www" },
          spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
        },
      ],
    },
  };
}

async function deleteSet(): Promise<void> {
  const { items } = await client.list("statefulsets", { namespace: "default" });
  for (const { metadata } of items) await client.delete("statefulsets", { namespace: "default", name: metadata.name });
  await until(pods, () => ours().length === 0);
}

function ours(): readonly Pod[] {
  return pods.list().filter((pod) => pod.metadata.labels?.["app"] === "web");
}

async function untilReady(count: number): Promise<void> {
  await until(pods, () => ours().length === count && ours().every(isPodReady));
}

/** Waits until a look at an informer's copy is true, looking again after every change. */
async function until<T>(informer: Informer<T>, look: () => boolean): Promise<void> {
  if (look()) return;
  await new Promise<void>((resolve) => {
    const end = informer.onChange(() => {
      if (!look()) return;
      end();
      resolve();
    });
  });
}

async function repeat(times: number, measure: (index: number) => Promise<number>): Promise<readonly number[]> {
  const figures: number[] = [];
  for (let index = 0; index < times; index++) figures.push(await measure(index));
  return figures;
}

async function timed(work: () => Promise<void>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

async function run(program: string, args: readonly string[], input = ""): Promise<void> {
  const child = spawn(program, args, { stdio: ["pipe", "ignore", "inherit"] });
  child.stdin.end(input);
  const [code] = (await once(child, "exit")) as [number];
  if (code !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${code}`);
}
