import { Readable } from "node:stream";
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { isPodReady } from "@ordinal/api";
import { expect } from "chai";
import { describeInOuterNamespace } from "./runtime/outer-namespace.fixture.ts";
import { pidOf, sh, startRig, type Rig } from "./supervisor-rig.fixture.ts";

describeInOuterNamespace("the supervisor with real sandboxes", import.meta.filename, () => {
  let rig: Rig;
  beforeEach(async () => {
    rig = await startRig("sandbox");
  });
  afterEach(() => rig.tearDown());

  /** What a shell command in the pod says. */
  async function said(pod: string, script: string): Promise<string> {
    const request = { namespace: "default", pod, command: ["sh", "-c", `exec 2>&1; ${script}`] };
    const session = await rig.supervisor.streams.exec({
      ...request,
      stdin: false,
      stdout: true,
      stderr: false,
      tty: false,
    });
    return await text(session.stdout ?? Readable.from([]));
  }

  /** Resolves once it says this: that a container runs does not mean that its command has come anywhere. */
  async function saying(pod: string, script: string, wanted: string): Promise<void> {
    const tooLong = AbortSignal.timeout(20_000);
    let last = await said(pod, script);
    while (last !== wanted && !tooLong.aborted) last = await said(pod, script);
    expect(last).to.equal(wanted);
  }

  it("K9 K13 K14 runs nginx with its volume at its mountPath, and curl localhost answers", async () => {
    const www = join(rig.dataDir, "www");
    await mkdir(www);
    await rig.run("web-0", {
      hostname: "web-0",
      subdomain: "nginx",
      volumes: [{ name: "www", hostPath: { path: www } }],
      container: {
        image: "nginx:1.9.1",
        volumeMounts: [{ name: "www", mountPath: "/usr/share/nginx/html" }],
        readinessProbe: { httpGet: { path: "/nothing", port: 80 }, failureThreshold: 1 },
        livenessProbe: { tcpSocket: { port: 80 }, initialDelaySeconds: 1 },
      },
    });
    await rig.podThat("web-0", ({ status }) => status?.phase === "Running");
    await said(
      "web-0",
      "echo hello $(hostname) > /usr/share/nginx/html/index.html; echo ok > /usr/share/nginx/html/nothing",
    );
    const pod = await rig.podThat("web-0", isPodReady);
    expect(await said("web-0", "curl -s localhost")).to.equal("hello web-0\n");
    expect(await (await fetch(`http://${pod.status?.podIP}/`)).text()).to.equal("hello web-0\n");
    expect(await readdir(www)).to.have.members(["index.html", "nothing"]);
    expect(await said("web-0", "cat /etc/resolv.conf")).to.equal(
      "search default.svc.cluster.local svc.cluster.local cluster.local\nnameserver 127.96.0.10\noptions ndots:5\n",
    );
    expect(await said("web-0", "cat /etc/hosts")).to.contain(
      `${pod.status?.podIP}\tweb-0.nginx.default.svc.cluster.local\tweb-0`,
    );
    expect(await said("web-0", "ls /etc/nginx/conf.d")).to.equal("default.conf\n");
    const previous = pidOf(rig, pod);
    await rig.restart({ keepPods: true });
    expect(pidOf(rig, await rig.pod("web-0"))).to.equal(previous);
    await rig.client.delete("pods", { namespace: "default", name: "web-0" });
    await rig.podGone(pod.metadata.uid);
    expect(await readdir(join(rig.dataDir, "pods"))).to.not.include(pod.metadata.uid);
  });

  it("welcomes visitors of an nginx without a volume, also from the built-in web server", async () => {
    await rig.run("web", { container: { image: "nginx", readinessProbe: { httpGet: { port: 80 } } } });
    await rig.run("own", { container: { image: "nginx-builtin", readinessProbe: { httpGet: { port: 80 } } } });
    for (const [name, expected] of [
      ["web", "Ordinal's image profile"],
      ["own", "built-in web server"],
    ] as const) {
      const pod = await rig.podThat(name, isPodReady);
      expect(await (await fetch(`http://${pod.status?.podIP}/`)).text()).to.contain(expected);
    }
  });

  it("S34 S35 S46 shows volumes of every kind where they belong", async () => {
    await rig.client.create("configmaps", {
      metadata: { namespace: "default", name: "cfg" },
      data: { "app.conf": "level=1\n" },
    });
    await rig.run("files", {
      ...sh("exec sleep 1000", {
        volumeMounts: [
          { name: "cfg", mountPath: "/etc/app" },
          { name: "cfg", mountPath: "/opt/one.conf", subPath: "app.conf" },
          { name: "scratch", mountPath: "/scratch" },
          { name: "scratch", mountPath: "/part", subPathExpr: "of/$(HOSTNAME)", readOnly: true },
        ],
      }),
      volumes: [
        { name: "cfg", configMap: { name: "cfg" } },
        { name: "scratch", emptyDir: {} },
      ],
    });
    await rig.podThat("files", isPodReady);
    expect(await said("files", "cat /etc/app/app.conf /opt/one.conf")).to.equal("level=1\nlevel=1\n");
    expect(await said("files", "echo x > /scratch/of/files/x && cat /part/x")).to.equal("x\n");
    expect(await said("files", "echo x > /part/y")).to.contain("Read-only file system");
    expect(await said("files", "echo x > /etc/app/app.conf")).to.contain("Read-only file system");
  });

  it("ends pause at once, and busybox with the code of its shell", async () => {
    const { metadata } = await rig.run("pause", { container: { image: "registry.k8s.io/pause:3.9" } });
    await rig.run("once", {
      container: { image: "busybox:1.36", args: ["sh", "-c", "exit 3"] },
      restartPolicy: "Never",
    });
    const once = await rig.podThat("once", ({ status }) => status?.phase === "Failed");
    expect(once.status?.containerStatuses?.[0]?.state?.terminated?.exitCode).to.equal(3);
    await rig.podThat("pause", isPodReady);
    // The bit of SIGTERM: until the shell has its trap, the first process of a namespace does not hear of it.
    await saying(
      "pause",
      "for p in /proc/[0-9]*; do grep -sq wait $p/cmdline && grep SigCgt $p/status; done | grep -c '[4-7c-f]...$'",
      "1\n",
    );
    const began = Date.now();
    await rig.client.delete("pods", { namespace: "default", name: "pause" });
    await rig.podGone(metadata.uid);
    expect(Date.now() - began).to.be.lessThan(5_000);
  });

  it("K6 brings a pod back after a full stop, with the data of its emptyDir", async () => {
    const mount = { volumeMounts: [{ name: "scratch", mountPath: "/scratch" }] };
    const pod = await rig.run("web-0", {
      ...sh("echo run >> /scratch/runs; exec sleep 1000", mount),
      volumes: [{ name: "scratch", emptyDir: {} }],
    });
    await rig.podThat("web-0", isPodReady);
    await saying("web-0", "cat /scratch/runs", "run\n");
    await rig.restart({ keepPods: false, graceMs: 0 });
    await rig.podThat("web-0", (each) => isPodReady(each) && each.status?.containerStatuses?.[0]?.restartCount === 1);
    expect((await rig.pod("web-0")).metadata.uid).to.equal(pod.metadata.uid);
    await saying("web-0", "cat /scratch/runs", "run\nrun\n");
  });
});
