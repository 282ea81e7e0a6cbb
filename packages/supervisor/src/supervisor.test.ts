import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { annotations, areContainersReady, isPodReady, podCondition, type Node, type Pod } from "@ordinal/api";
import { expect } from "chai";
import { isAlive, pidOf, sh, startRig, type Rig } from "./supervisor-rig.fixture.ts";

const restarts = (pod: Pod): number => pod.status?.containerStatuses?.[0]?.restartCount ?? 0;
const waitingReason = (pod: Pod): string | undefined => pod.status?.containerStatuses?.[0]?.state?.waiting?.reason;
const isReported = (node: Node): boolean => node.status?.capacity !== undefined;
const portOf = (pod: Pod): string | undefined => pod.metadata.annotations?.[annotations.localhostPorts];
const stay = "exec sleep 1000";

describe("the supervisor with real processes", function () {
  let rig: Rig;
  beforeEach(async () => {
    rig = await startRig();
  });
  afterEach(() => rig.tearDown());

  it("K1 K14 runs nginx on the pod's own address with the volume's files, and removes it without a trace", async () => {
    const www = join(rig.dataDir, "www");
    await mkdir(www);
    await writeFile(join(www, "index.html"), "hello web-0\n");
    const { metadata } = await rig.run("web-0", {
      volumes: [{ name: "www", hostPath: { path: www } }],
      container: {
        image: "docker.io/library/nginx:1.9.1",
        ports: [{ containerPort: 80 }],
        volumeMounts: [{ name: "www", mountPath: "/usr/share/nginx/html" }],
        readinessProbe: { httpGet: { path: "/", port: 80 } },
      },
    });
    const pod = await rig.podThat("web-0", isPodReady);
    expect(pod.status?.phase).to.equal("Running");
    const answer = await fetch(`http://${pod.status?.podIP}/`);
    expect(await answer.text()).to.equal("hello web-0\n");
    expect(await rig.event("web-0", "Pulled")).to.equal(
      'Container image "docker.io/library/nginx:1.9.1" already present on machine',
    );
    expect(await rig.event("web-0", "Started")).to.equal("Started container main");

    const pid = pidOf(rig, pod);
    await rig.client.delete("pods", { namespace: "default", name: "web-0" });
    await rig.podGone(metadata.uid);
    expect(isAlive(pid)).to.equal(false);
    expect(await rig.event("web-0", "Killing")).to.equal("Stopping container main");
    expect(await readdir(join(rig.dataDir, "pods"))).to.not.include(metadata.uid);
    expect(await readFile(join(www, "index.html"), "utf8")).to.equal("hello web-0\n");
  });

  it("K1 serves with the built-in web server when the profile says so", async () => {
    await rig.run("web-0", { container: { image: "nginx-builtin", readinessProbe: { httpGet: { port: 80 } } } });
    const pod = await rig.podThat("web-0", isPodReady);
    const answer = await fetch(`http://${pod.status?.podIP}/`);
    expect(await answer.text()).to.contain("built-in web server");
    expect(answer.headers.get("content-type")).to.equal("text/html");
  });

  it("K2 K3 K11 restarts what fails, backs off, and keeps the last state and log", async () => {
    await rig.run("crash", sh("echo run; exit 3"));
    const pod = await rig.podThat("crash", (each) => waitingReason(each) === "CrashLoopBackOff");
    const [status] = pod.status?.containerStatuses ?? [];
    expect(status?.state?.waiting?.message).to.match(
      /^back-off \d+ms restarting failed container=main pod=crash_default\(/,
    );
    expect(status?.lastState?.terminated).to.include({ exitCode: 3, reason: "Error" });
    expect(await rig.event("crash", "BackOff")).to.match(
      /^Back-off restarting failed container main in pod crash_default\(/,
    );
    await rig.podThat("crash", (each) => restarts(each) >= 2);
    expect(await logOf(rig, "crash", { previous: true })).to.equal("run\n");
  });

  it("K2 ends as Succeeded or Failed under Never, with the exit code, and is left alone", async () => {
    await rig.run("good", { ...sh("echo done"), restartPolicy: "Never" });
    await rig.run("bad", { ...sh("exit 7"), restartPolicy: "Never" });
    const good = await rig.podThat("good", ({ status }) => status?.phase === "Succeeded");
    const bad = await rig.podThat("bad", ({ status }) => status?.phase === "Failed");
    expect(good.status?.containerStatuses?.[0]?.state?.terminated).to.include({ exitCode: 0, reason: "Completed" });
    expect(bad.status?.containerStatuses?.[0]?.state?.terminated).to.include({ exitCode: 7, reason: "Error" });
    expect(podCondition(good, "Ready")).to.include({ status: "False", reason: "PodCompleted" });
    expect(await logOf(rig, "good")).to.equal("done\n");
  });

  it("K7 runs init containers in order and a sidecar beside them", async () => {
    const file = join(rig.dataDir, "order");
    const step = (name: string) => ({ name, image: "host", command: ["sh", "-c", `echo ${name} >>${file}`] });
    const sidecar = {
      name: "sidecar",
      image: "host",
      restartPolicy: "Always",
      command: ["sh", "-c", `echo sidecar >>${file}; ${stay}`],
    };
    await rig.run("init", {
      ...sh(`echo main >>${file}; ${stay}`, { readinessProbe: { exec: { command: ["grep", "main", file] } } }),
      initContainers: [step("one"), sidecar, step("two")],
    });
    const pod = await rig.podThat("init", isPodReady);
    const order = (await readFile(file, "utf8")).trim().split("\n");
    expect(order.filter((name) => name !== "sidecar")).to.deep.equal(["one", "two", "main"]);
    expect(pod.status?.initContainerStatuses?.map(({ state }) => Object.keys(state ?? {})[0])).to.deep.equal([
      "terminated",
      "running",
      "terminated",
    ]);
  });

  it("K5 K6 runs the preStop hook, then signals, then kills what does not listen", async () => {
    const file = join(rig.dataDir, "hooks");
    const lifecycle = {
      postStart: { exec: { command: ["sh", "-c", `echo started >>${file}`] } },
      preStop: { exec: { command: ["sh", "-c", `echo stopping >>${file}`] } },
    };
    const script = `trap 'echo TERM >>${file}' TERM; while :; do sleep 0.05; done`;
    const { metadata } = await rig.run("deaf", { ...sh(script, { lifecycle }), terminationGracePeriodSeconds: 1 });
    const pid = pidOf(rig, await rig.podThat("deaf", isPodReady));
    await rig.client.delete("pods", { namespace: "default", name: "deaf" });
    const last = await rig.podThat(
      "deaf",
      ({ status }) => status?.containerStatuses?.[0]?.state?.terminated !== undefined,
    );
    expect(last.status?.containerStatuses?.[0]?.state?.terminated).to.include({ exitCode: 137, reason: "Error" });
    await rig.podGone(metadata.uid);
    expect(isAlive(pid)).to.equal(false);
    expect((await readFile(file, "utf8")).trim().split("\n")).to.deep.equal(["started", "stopping", "TERM"]);
  });

  it("C24 kills a pod that is deleted by force, after its object is gone", async () => {
    const { metadata } = await rig.run("forced", { ...sh("trap '' TERM; while :; do sleep 1; done") });
    const pod = await rig.podThat("forced", isPodReady);
    const run = { podUid: metadata.uid, container: "main", attempt: 0 };
    const ended = new Promise((resolve) =>
      rig.runtime.onExit((id) => id.podUid === metadata.uid && resolve(undefined)),
    );
    const pid = pidOf(rig, pod);
    await rig.client.delete("pods", { namespace: "default", name: "forced" }, { gracePeriodSeconds: 0 });
    await ended;
    expect(isAlive(pid), JSON.stringify(rig.runtime.stateOf(run))).to.equal(false);
  });

  it("C24 starts no pod before the processes of the one that had its name are gone", async () => {
    const first = await rig.run("web-0", sh(stay));
    await rig.podThat("web-0", isPodReady);
    const run = { podUid: first.metadata.uid, container: "main", attempt: 0 };
    const order: string[] = [];
    rig.runtime.onExit((id) => id.podUid === run.podUid && order.push("ended"));
    await rig.client.delete("pods", { namespace: "default", name: "web-0" }, { gracePeriodSeconds: 0 });
    const second = await rig.run("web-0", sh(stay));
    await rig.podThat("web-0", (pod) => pod.metadata.uid === second.metadata.uid && isPodReady(pod));
    order.push("ready");
    expect(order).to.deep.equal(["ended", "ready"]);
  });

  it("K4 restarts a container whose liveness probe fails", async () => {
    const livenessProbe = {
      exec: { command: ["sh", "-c", "echo no luck; exit 1"] },
      periodSeconds: 1,
      failureThreshold: 1,
    };
    await rig.run("sick", { ...sh("trap 'exit 0' TERM; while :; do sleep 0.05; done", { livenessProbe }) });
    await rig.podThat("sick", (pod) => restarts(pod) >= 1);
    expect(await rig.event("sick", "Unhealthy")).to.equal("Liveness probe failed: no luck\n");
    expect(await rig.event("sick", "Killing")).to.equal("Container main failed liveness probe, will be restarted");
  });

  it("K4 is ready when its readiness probe says so, and not before its startup probe", async () => {
    const file = join(rig.dataDir, "ready");
    const check = (name: string) => ({ exec: { command: ["sh", "-c", `test -e ${file}-${name}`] }, periodSeconds: 1 });
    await rig.run(
      "slow",
      sh(stay, { startupProbe: { ...check("startup"), failureThreshold: 100 }, readinessProbe: check("readiness") }),
    );
    const first = await rig.podThat("slow", ({ status }) => status?.phase === "Running");
    expect(first.status?.containerStatuses?.[0]).to.include({ started: false, ready: false });
    await writeFile(`${file}-startup`, "");
    await rig.podThat("slow", ({ status }) => status?.containerStatuses?.[0]?.started === true);
    await writeFile(`${file}-readiness`, "");
    await rig.podThat("slow", isPodReady);
  });

  it("says why there is no image, and goes on when a profile is added", async () => {
    await rig.run("redis", { container: { image: "example-redis:7" } });
    const pod = await rig.podThat("redis", (each) => waitingReason(each) === "ErrImagePull");
    expect(pod.status?.containerStatuses?.[0]?.state?.waiting?.message).to.contain(
      `${rig.imagesDir}/example-redis.yaml`,
    );
    await rig.event("redis", "Failed", 'Failed to pull image "example-redis:7"');
    await rig.event("redis", "Failed", "Error: ErrImagePull");
    await rig.podThat("redis", (each) => waitingReason(each) === "ImagePullBackOff");
    await writeFile(join(rig.imagesDir, "example-redis.yaml"), "name: example-redis\nargs: [sleep, '1000']\n");
    await rig.podThat("redis", isPodReady);
  });

  it("S46 waits for a config map that is missing, and for a key of its environment", async () => {
    await rig.run("mounts", { ...sh(stay), volumes: [{ name: "cfg", configMap: { name: "cfg" } }] });
    expect(await rig.event("mounts", "FailedMount")).to.equal(
      'MountVolume.SetUp failed for volume "cfg" : configmap "cfg" not found',
    );
    const env = [{ name: "X", valueFrom: { configMapKeyRef: { name: "cfg", key: "x" } } }];
    await rig.run("env", sh("echo $X; exec sleep 1000", { env }));
    await rig.podThat("env", (pod) => waitingReason(pod) === "CreateContainerConfigError");
    await rig.client.create("configmaps", { metadata: { namespace: "default", name: "cfg" }, data: { x: "42" } });
    await rig.podThat("mounts", isPodReady);
    await rig.podThat("env", isPodReady);
    expect(await logOf(rig, "env", { until: "42\n" })).to.equal("42\n");
  });

  it("tells of a program that is not there, as containerd does", async () => {
    await rig.run("typo", { container: { command: ["no-such-program"] }, restartPolicy: "Never" });
    const pod = await rig.podThat("typo", ({ status }) => status?.phase === "Failed");
    const terminated = pod.status?.containerStatuses?.[0]?.state?.terminated;
    expect(terminated).to.include({ exitCode: 128, reason: "StartError" });
    expect(terminated?.message).to.contain("executable file not found in $PATH");
  });

  it("K19 adopts what runs when the daemon went away, and restarts nothing", async () => {
    await rig.run("stays", sh(stay));
    await rig.run("goes", sh(stay));
    await rig.run("ends", { ...sh("read line <&0; exit 5"), restartPolicy: "Never" });
    const pid = pidOf(rig, await rig.podThat("stays", isPodReady));
    const gone = pidOf(rig, await rig.podThat("goes", isPodReady));
    await rig.supervisor.stop({ keepPods: true });
    await rig.client.delete("pods", { namespace: "default", name: "goes" }, { gracePeriodSeconds: 0 });
    await rig.restart({ keepPods: true });
    const pod = await rig.pod("stays");
    expect(pidOf(rig, pod)).to.equal(pid);
    expect(isPodReady(pod)).to.equal(true);
    expect(restarts(pod)).to.equal(0);
    expect(isAlive(gone)).to.equal(false);
    await rig.podThat("ends", ({ status }) => status?.phase === "Failed");
  });

  it("ends every process on a full stop, keeps the objects, and brings the pods back as after a reboot", async () => {
    await rig.run("web-0", sh(stay));
    const before = await rig.podThat("web-0", isPodReady);
    const pid = pidOf(rig, before);
    await rig.supervisor.stop({ keepPods: false, graceMs: 100 });
    expect(isAlive(pid)).to.equal(false);
    const stopped = await rig.pod("web-0");
    expect(areContainersReady(stopped)).to.equal(false);
    expect(stopped.status?.podIP).to.equal(undefined);
    await rig.restart({ keepPods: true });
    const after = await rig.podThat("web-0", (pod) => isPodReady(pod) && restarts(pod) === 1);
    expect(after.metadata.uid).to.equal(before.metadata.uid);
    expect(after.status?.containerStatuses?.[0]?.lastState?.terminated?.exitCode).to.be.oneOf([137, 143]);
  });

  it("K28 has a Ready node with capacity, and renews its lease", async () => {
    const { status, metadata } = await rig.until("nodes", { namespace: "", name: "ordinal" }, isReported);
    expect(metadata.labels).to.include({ "kubernetes.io/hostname": "ordinal" });
    expect(status?.conditions?.find(({ type }) => type === "Ready")?.status).to.equal("True");
    expect(status?.capacity).to.have.all.keys("cpu", "memory", "pods", "ephemeral-storage");
    const lease = await rig.until("leases", { namespace: "kube-node-lease", name: "ordinal" }, () => true);
    expect(lease.spec?.holderIdentity).to.equal("ordinal");
  });

  it("gives a pod's name the same localhost port every time", async () => {
    const spec = sh(stay, { ports: [{ containerPort: 80 }, { containerPort: 53, protocol: "UDP" }] });
    await rig.run("web-0", spec);
    const first = portOf(await rig.podThat("web-0", (pod) => portOf(pod) !== undefined));
    expect(first).to.match(/^80=2\d{4}$/);
    await rig.client.delete("pods", { namespace: "default", name: "web-0" }, { gracePeriodSeconds: 0 });
    await rig.run("web-0", spec);
    expect(portOf(await rig.podThat("web-0", (pod) => portOf(pod) !== undefined))).to.equal(first);
  });
});

/** The log as it is; followed until it ends in `until`, where that is given. */
async function logOf(rig: Rig, pod: string, { previous = false, until = "" } = {}): Promise<string> {
  let log = "";
  const request = { namespace: "default", pod, follow: until !== "", previous, timestamps: false };
  for await (const chunk of rig.supervisor.streams.logs(request, new AbortController().signal)) {
    log += Buffer.from(chunk).toString("utf8");
    if (until !== "" && log.endsWith(until)) break;
  }
  return log;
}
