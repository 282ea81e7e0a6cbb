import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { isPodReady, type PersistentVolume } from "@ordinal/api";
import { expect } from "chai";
import { describeInOuterNamespace } from "../runtime/outer-namespace.fixture.ts";
import { parseMountInfo } from "../runtime/sandbox/mount-info.ts";
import { sh, startRig, type Rig } from "../supervisor-rig.fixture.ts";

const namespace = "default";
const sleep = "exec sleep 1000";

describeInOuterNamespace("volumes of real sandboxes", import.meta.filename, () => {
  let rig: Rig;
  beforeEach(async () => {
    rig = await startRig("sandbox");
  });
  afterEach(async () => {
    await rig.tearDown();
    expect(await mountsIn(rig.dataDir), "left mounted").to.deep.equal([]);
  });

  async function said(pod: string, script: string): Promise<string> {
    const command = ["sh", "-c", `exec 2>&1; ${script}`];
    const streams = { stdin: false, stdout: true, stderr: false, tty: false };
    const session = await rig.supervisor.streams.exec({ namespace, pod, command, ...streams });
    return await text(session.stdout ?? Readable.from([]));
  }

  /** Waits until the pod says this: there is nothing to watch but the file itself. */
  async function saysAtLast(pod: string, script: string, expected: string): Promise<void> {
    let last = "";
    for (let tries = 0; tries < 200 && last !== expected; tries++) last = await said(pod, script);
    expect(last).to.equal(expected);
  }

  async function remove(name: string): Promise<void> {
    const { uid } = (await rig.pod(name)).metadata;
    await rig.client.delete("pods", { namespace, name }, { gracePeriodSeconds: 1 });
    await rig.podGone(uid);
  }

  /** A claim that is bound to a new volume. */
  async function claim(name: string, spec: Partial<PersistentVolume["spec"]>): Promise<void> {
    const [accessModes, resources] = [["ReadWriteOnce"], { requests: { storage: "1Mi" } }];
    const matchExpressions = [{ key: "kubernetes.io/hostname", operator: "In", values: ["ordinal"] }];
    const made = await rig.client.create("persistentvolumeclaims", {
      metadata: { namespace, name },
      spec: { accessModes, resources, storageClassName: "", volumeName: `pv-${name}` },
    });
    await rig.client.create("persistentvolumes", {
      metadata: { name: `pv-${name}` },
      spec: {
        accessModes,
        capacity: { storage: "1Mi" },
        claimRef: { namespace, name, uid: made.metadata.uid },
        nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions }] } },
        ...spec,
      },
    });
    const bound = { type: "merge", subresource: "status", body: { status: { phase: "Bound" } } } as const;
    await rig.client.patch("persistentvolumeclaims", { namespace, name }, bound);
  }

  it("S46 files follow their objects while the pod runs, all at once, but not those mounted by subPath", async () => {
    await rig.client.create("configmaps", { metadata: { namespace, name: "cfg" }, data: { a: "1", b: "1" } });
    await rig.client.create("secrets", { metadata: { namespace, name: "key" }, data: { pass: "b25l" } });
    await rig.run(
      "web",
      {
        ...sh(sleep, {
          volumeMounts: [
            { name: "cfg", mountPath: "/cfg" },
            { name: "cfg", mountPath: "/one", subPath: "a" },
            { name: "key", mountPath: "/key" },
            { name: "all", mountPath: "/all" },
          ],
        }),
        volumes: [
          { name: "cfg", configMap: { name: "cfg" } },
          { name: "key", secret: { secretName: "key" } },
          {
            name: "all",
            projected: {
              sources: [
                { configMap: { name: "late", optional: true } },
                { downwardAPI: { items: [{ path: "labels", fieldRef: { fieldPath: "metadata.labels" } }] } },
              ],
            },
          },
        ],
      },
      { app: "web" },
    );
    await rig.podThat("web", isPodReady);
    const look = "cat /cfg/a /cfg/b /one /key/pass; ls /all; cat /all/labels";
    expect(await said("web", look)).to.equal('111onelabels\napp="web"');
    expect(await said("web", "stat -f -c %T /key /all /cfg")).to.match(/^tmpfs\ntmpfs\n(?!tmpfs)/);

    const merge = <B>(body: B) => ({ type: "merge", body }) as const;
    await rig.client.patch("configmaps", { namespace, name: "cfg" }, merge({ data: { a: "2", b: null, c: "2" } }));
    await rig.client.patch("secrets", { namespace, name: "key" }, merge({ data: { pass: "dHdv" } }));
    await rig.client.patch("pods", { namespace, name: "web" }, merge({ metadata: { labels: { app: "other" } } }));
    await rig.client.create("configmaps", { metadata: { namespace, name: "late" }, data: { late: "" } });
    await saysAtLast(
      "web",
      "cat /cfg/a /cfg/c /one /key/pass; ls /cfg /all; cat /all/labels",
      ["221two/all:\nlabels\nlate\n\n/cfg:\na\nc\n", 'app="other"'].join(""),
    );

    // Nothing is taken away from a pod that runs.
    await rig.client.delete("configmaps", { namespace, name: "cfg" });
    await rig.event("web", "FailedMount", 'MountVolume.SetUp failed for volume "cfg" : configmap "cfg" not found');
    expect(await said("web", "cat /cfg/a")).to.equal("2");

    // Another supervisor goes on with it.
    await rig.restart({ keepPods: true });
    await rig.client.create("configmaps", { metadata: { namespace, name: "cfg" }, data: { a: "3" } });
    await saysAtLast("web", "cat /cfg/a", "3");
    await rig.client.patch("secrets", { namespace, name: "key" }, merge({ data: { pass: "dHJl" } }));
    await saysAtLast("web", "cat /key/pass", "tre");
  });

  it("S46 an emptyDir in memory holds its size, outlives the daemon, and goes with the pod", async () => {
    await rig.run("web", {
      ...sh(sleep, { volumeMounts: [{ name: "scratch", mountPath: "/scratch" }] }),
      volumes: [{ name: "scratch", emptyDir: { medium: "Memory", sizeLimit: "1Mi" } }],
    });
    await rig.podThat("web", isPodReady);
    expect(await said("web", "stat -f -c %T /scratch; echo kept > /scratch/file; stat -c %a /scratch")).to.equal(
      "tmpfs\n777\n",
    );
    expect(await said("web", "head -c 2M /dev/zero > /scratch/big; rm /scratch/big")).to.contain("No space left");
    await rig.restart({ keepPods: true });
    expect(await said("web", "cat /scratch/file")).to.equal("kept\n");
    const { uid } = (await rig.pod("web")).metadata;
    expect(await mountsIn(join(rig.dataDir, "pods", uid, "volumes"))).to.have.length(1);
    await remove("web");
    expect(await mountsIn(join(rig.dataDir, "pods", uid))).to.deep.equal([]);
  });

  it("S46 a pod whose emptyDir outgrows its sizeLimit is evicted", async () => {
    await rig.run("web", {
      ...sh(`head -c 3M /dev/zero > /scratch/big; ${sleep}`, {
        volumeMounts: [{ name: "scratch", mountPath: "/scratch" }],
      }),
      volumes: [{ name: "scratch", emptyDir: { sizeLimit: "2Mi" } }],
    });
    const { status } = await rig.podThat("web", (pod) => pod.status?.phase === "Failed");
    const message = 'Usage of EmptyDir volume "scratch" exceeds the limit "2Mi". ';
    expect([status?.reason, status?.message]).to.deep.equal(["Evicted", message]);
    expect(await rig.event("web", "Evicted")).to.equal(message);
  });

  it("S33 the pod's group can write to its volumes, and is one of its processes' groups", async () => {
    await rig.client.create("secrets", { metadata: { namespace, name: "key" }, data: { pass: "b25l" } });
    const disk = join(rig.dataDir, "disk");
    await mkdir(join(disk, "old"), { recursive: true, mode: 0o700 });
    await claim("disk", { local: { path: disk } });
    await rig.run("web", {
      ...sh(sleep, {
        volumeMounts: ["scratch", "memory", "disk", "key"].map((name) => ({ name, mountPath: `/${name}` })),
      }),
      securityContext: {
        runAsUser: 1234,
        fsGroup: 4321,
        supplementalGroups: [7],
        fsGroupChangePolicy: "OnRootMismatch",
      },
      volumes: [
        { name: "scratch", emptyDir: {} },
        { name: "memory", emptyDir: { medium: "Memory" } },
        { name: "disk", persistentVolumeClaim: { claimName: "disk" } },
        { name: "key", secret: { secretName: "key", defaultMode: 0o400 } },
      ],
    });
    await rig.podThat("web", isPodReady);
    expect(await said("web", "id -u; id -g; id -G")).to.equal("1234\n0\n0 7 4321\n");
    expect(await said("web", "for d in scratch memory disk/old; do touch /$d/f; stat -c %u:%g /$d/f; done")).to.equal(
      "1234:4321\n1234:4321\n1234:4321\n",
    );
    expect(await said("web", "cat /key/pass; stat -Lc %a:%g /key/pass")).to.equal("one440:4321\n");
    // What is in memory is new after a full stop, as after a reboot.
    await rig.restart({ keepPods: false, graceMs: 0 });
    await rig.podThat("web", (pod) => isPodReady(pod) && pod.status?.containerStatuses?.[0]?.restartCount === 1);
    expect(await said("web", "ls /memory /scratch; stat -c %g:%a /memory")).to.equal(
      "/memory:\n\n/scratch:\nf\n4321:2777\n",
    );
  });

  it("S35 mount options of a volume hold, and what is read-only cannot be written", async () => {
    const disk = join(rig.dataDir, "disk");
    await mkdir(disk);
    await claim("disk", { local: { path: disk }, mountOptions: ["noexec", "nosuid"] });
    const volumeMounts = [
      { name: "disk", mountPath: "/disk" },
      { name: "disk", mountPath: "/ro", readOnly: true },
      { name: "again", mountPath: "/again" },
    ];
    await rig.run("web", {
      ...sh(sleep, { volumeMounts }),
      volumes: [
        { name: "disk", persistentVolumeClaim: { claimName: "disk" } },
        { name: "again", persistentVolumeClaim: { claimName: "disk", readOnly: true } },
      ],
    });
    await rig.podThat("web", isPodReady);
    const script = "echo 'echo ran' > /disk/x; chmod +x /disk/x; cat /ro/x /again/x";
    expect(await said("web", script)).to.equal("echo ran\necho ran\n");
    expect(await said("web", "/disk/x")).to.contain("Permission denied");
    expect(await said("web", "grep -c nosuid,noexec /proc/self/mounts")).to.equal("3\n");
    for (const path of ["/ro/y", "/again/y"]) {
      expect(await said("web", `echo > ${path}`)).to.contain("Read-only file system");
    }
  });

  it("S34 a link that a pod planted leads no container out of its volume", async () => {
    const shared = join(rig.dataDir, "shared");
    await mkdir(shared);
    const volumes = [{ name: "shared", hostPath: { path: shared } }];
    await rig.run("evil", { ...sh(sleep, { volumeMounts: [{ name: "shared", mountPath: "/mnt" }] }), volumes });
    await rig.podThat("evil", isPodReady);
    await said("evil", "ln -s /etc /mnt/out; ln -s /etc/passwd /mnt/file; mkdir /mnt/real; echo in > /mnt/real/f");
    for (const subPath of ["out", "file", "out/passwd"]) {
      const name = `victim-${subPath.replace("/", "-")}`;
      await rig.run(name, {
        ...sh(sleep, { volumeMounts: [{ name: "shared", mountPath: "/mnt", subPath }] }),
        volumes,
      });
      const problem =
        'failed to prepare subPath for volumeMount "shared" of container "main": it leads out of the volume';
      expect(await rig.event(name, "Failed")).to.equal(`Error: ${problem}`);
    }
    const volumeMounts = [
      { name: "shared", mountPath: "/mnt", subPath: "real" },
      { name: "shared", mountPath: "/file", subPath: "real/f" },
    ];
    await rig.run("good", { ...sh(sleep, { volumeMounts }), volumes });
    await rig.podThat("good", isPodReady);
    // What was mounted stays what it was, whatever takes its name.
    await said("evil", "mv /mnt/real /mnt/other; ln -s /etc /mnt/real");
    expect(await said("good", "cat /mnt/f /file; ls /mnt")).to.equal("in\nin\nf\n");
  });

  it("S42 S12 a pod waits for its volume, says why, and finds the same bytes again", async () => {
    const disk = join(rig.dataDir, "disk");
    const volumes = [{ name: "data", persistentVolumeClaim: { claimName: "data-web-0" } }];
    const spec = {
      ...sh(`echo $HOSTNAME >> /data/log; ${sleep}`, { volumeMounts: [{ name: "data", mountPath: "/data" }] }),
      volumes,
    };
    await claim("data-web-0", { local: { path: disk } });
    await rig.run("web-0", spec);
    const missing = `MountVolume.SetUp failed for volume "pv-data-web-0" : path "${disk}" does not exist`;
    expect(await rig.event("web-0", "FailedMount")).to.equal(missing);
    expect((await rig.pod("web-0")).status?.containerStatuses?.[0]?.state?.running).to.equal(undefined);
    await mkdir(disk);
    await rig.podThat("web-0", isPodReady);
    // Ready is when it runs; before it is ended it has to have written.
    await saysAtLast("web-0", "cat /data/log", "web-0\n");
    await remove("web-0");
    await rig.run("web-0", spec);
    await rig.podThat("web-0", isPodReady);
    await saysAtLast("web-0", "cat /data/log", "web-0\nweb-0\n");
    await rig.restart({ keepPods: false, graceMs: 0 });
    await rig.podThat("web-0", (pod) => isPodReady(pod) && pod.status?.containerStatuses?.[0]?.restartCount === 1);
    await saysAtLast("web-0", "cat /data/log", "web-0\nweb-0\nweb-0\n");
  });

  it("S46 a finished pod has no volumes any more, and its object stays", async () => {
    await rig.run("once", {
      ...sh("echo x > /scratch/f", { volumeMounts: [{ name: "scratch", mountPath: "/scratch" }] }),
      restartPolicy: "Never",
      volumes: [{ name: "scratch", emptyDir: { medium: "Memory" } }],
    });
    const { metadata } = await rig.podThat("once", (pod) => pod.status?.phase === "Succeeded");
    const directory = join(rig.dataDir, "pods", metadata.uid);
    for (const begun = Date.now(); (await readdir(directory)).includes("volumes"); await rig.pod("once")) {
      if (Date.now() - begun > 10_000) break;
    }
    expect(await readdir(directory)).to.deep.equal(["sandbox"]);
    expect(await mountsIn(join(directory, "volumes"))).to.deep.equal([]);
  });
});

async function mountsIn(directory: string): Promise<readonly string[]> {
  const mounts = parseMountInfo(await readFile("/proc/self/mountinfo", "utf8"));
  return mounts.map(({ path }) => path).filter((path) => path.startsWith(`${directory}/`));
}
