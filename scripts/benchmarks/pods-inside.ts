import { spawn } from "node:child_process";
import { once } from "node:events";
import { performance } from "node:perf_hooks";
import { isPodReady } from "@ordinal/api";
import { startInformer } from "@ordinal/client";
import { silentLogger, systemClock } from "@ordinal/runtime";
import { showFigures } from "./figures.ts";
import { createNameProbe } from "./name-probe.ts";
import { createWebSet, until, webSet } from "./web-set.ts";

const [dataDir = "", kubectl = "kubectl"] = process.argv.slice(2);
const rounds = 10;
const probe = { httpGet: { path: "/", port: 80 }, periodSeconds: 1 };

const set = await createWebSet(dataDir);
const { client, pods } = set;
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
await set.close();

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

async function applyToReady(container: object): Promise<number> {
  const begun = performance.now();
  const applied = run(kubectl, ["apply", "-f", "-"], JSON.stringify(webSet(2, container)));
  await set.untilReady(2);
  const ended = performance.now();
  await applied;
  await set.remove();
  return ended - begun;
}

async function deletionToReady(): Promise<readonly number[]> {
  await client.create("statefulsets", webSet(1, {}));
  await set.untilReady(1);
  const figures = await repeat(rounds, async () => {
    const uid = pods.get("default/web-0")?.metadata.uid;
    const begun = performance.now();
    await client.delete("pods", { namespace: "default", name: "web-0" });
    await until(pods, () => isReadyAgain(uid));
    return performance.now() - begun;
  });
  await set.remove();
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
    await client.create("statefulsets", webSet(1, {}));
    await set.untilReady(1);
    const readyAt = performance.now();
    const answeredAt = await names.firstAnswer;
    await set.remove();
    return answeredAt - readyAt;
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
