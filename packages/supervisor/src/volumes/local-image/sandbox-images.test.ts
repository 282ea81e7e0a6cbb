import { mkdir, open, readdir, readFile, stat, truncate } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { isPodReady, type PersistentVolumeClaim } from "@ordinal/api";
import { expect } from "chai";
import { findProgram } from "../../runtime/commands/find-program.ts";
import { mustRun, systemPath } from "../../runtime/commands/run-command.ts";
import { describeInOuterNamespace } from "../../runtime/outer-namespace.fixture.ts";
import { sh, startRig, type Rig } from "../../supervisor-rig.fixture.ts";
import { canGrowMounted } from "./file-system.ts";
import { deviceOf } from "./loop-mount.ts";

const at = { namespace: "default", name: "data" };
const mebibyte = 2 ** 20;

describeInOuterNamespace("pods with images", import.meta.filename, () => {
  let rig: Rig;
  let directory: string;
  let image: string;

  before(async function () {
    const hasTools = (await findProgram("mkfs.ext4", systemPath)) !== undefined;
    const hasLoops = await stat("/dev/loop-control").then(
      () => true,
      () => false,
    );
    if (hasTools && hasLoops) return;
    this["skipReason"] = hasTools ? "needs /dev/loop-control" : "needs mkfs.ext4 (e2fsprogs)";
    this.skip();
  });
  beforeEach(async () => {
    rig = await startRig("sandbox");
    directory = join(rig.dataDir, "volumes", "pvc-1_default_data");
    image = join(directory, "volume.img");
    await mkdir(directory, { recursive: true });
    await (await open(image, "w")).close();
    await truncate(image, 16 * mebibyte);
    await mustRun(["mkfs.ext4", "-q", "-F", "-m", "0", image]);
    await bindClaim();
  });
  afterEach(async () => {
    await rig.supervisor.stop({ keepPods: false, graceMs: 0 });
    const [device, mounts] = [await deviceOf(image), await readFile("/proc/self/mountinfo", "utf8")];
    await rig.tearDown();
    expect(device, "left attached").to.equal(undefined);
    expect(mounts).not.to.contain(rig.dataDir);
  });

  async function bindClaim(): Promise<void> {
    const [accessModes, capacity] = [["ReadWriteOnce"], { storage: "16Mi" }];
    const claim = await rig.client.create("persistentvolumeclaims", {
      metadata: at,
      spec: { accessModes, resources: { requests: capacity }, storageClassName: "", volumeName: "pvc-1" },
    });
    const csi = {
      driver: "local-image.ordinal.internal",
      volumeHandle: "pvc-1",
      volumeAttributes: { path: directory },
    };
    await rig.client.create("persistentvolumes", {
      metadata: { name: "pvc-1" },
      spec: { accessModes, capacity, claimRef: { ...at, uid: claim.metadata.uid }, csi },
    });
    await setStatus({ phase: "Bound", capacity });
  }

  const setStatus = (status: object) =>
    rig.client.patch("persistentvolumeclaims", at, { type: "merge", subresource: "status", body: { status } });

  /** What the provisioner does of an expansion. */
  async function makeRoom(): Promise<void> {
    await truncate(image, 64 * mebibyte);
    const body = { spec: { capacity: { storage: "64Mi" } } };
    await rig.client.patch("persistentvolumes", { name: "pvc-1" }, { type: "merge", body });
    const conditions = [{ type: "FileSystemResizePending", status: "True" }];
    await setStatus({ allocatedResourceStatuses: { storage: "NodeResizePending" }, conditions });
  }

  async function run(name: string): Promise<void> {
    await rig.run(name, {
      ...sh("exec sleep 1000", { volumeMounts: [{ name: "v", mountPath: "/data" }] }),
      volumes: [{ name: "v", persistentVolumeClaim: { claimName: "data" } }],
    });
    await rig.podThat(name, isPodReady);
  }

  async function remove(name: string): Promise<void> {
    const { uid } = (await rig.pod(name)).metadata;
    await rig.client.delete("pods", { namespace: "default", name }, { gracePeriodSeconds: 1 });
    await rig.podGone(uid);
  }

  async function said(pod: string, script: string): Promise<string> {
    const command = ["sh", "-c", `exec 2>&1; ${script}`];
    const streams = { stdin: false, stdout: true, stderr: false, tty: false };
    const session = await rig.supervisor.streams.exec({ namespace: "default", pod, command, ...streams });
    return (await text(session.stdout ?? Readable.from([]))).trim();
  }

  const mebibytes = async (pod: string): Promise<number> =>
    Number(await said(pod, "df -m /data | tail -1 | tr -s ' ' | cut -d' ' -f2"));
  const hasGrown = ({ status }: PersistentVolumeClaim): boolean => status?.capacity?.["storage"] === "64Mi";

  it("S36 writing past the size fails in the pod, and only there", async () => {
    await run("writer");
    expect(await said("writer", "head -c 17000000 /dev/zero >/data/big")).to.contain("No space left on device");
    expect(await said("writer", "rm /data/big; echo kept >/data/kept; cat /data/kept")).to.equal("kept");
    expect(await readdir(directory)).to.deep.equal(["volume.img"]);
  });

  it("S42 two pods share an image, over a restart of the daemon, until the last of them has gone", async () => {
    await run("one");
    await run("two");
    await said("one", "echo hello >/data/word");
    await rig.restart({ keepPods: true });
    expect(await said("two", "cat /data/word")).to.equal("hello");
    await remove("one");
    expect(await said("two", "cat /data/word")).to.equal("hello");
    expect(await deviceOf(image)).to.be.a("string");
    await remove("two");
    expect(await deviceOf(image)).to.equal(undefined);
    await run("three");
    expect(await said("three", "cat /data/word")).to.equal("hello");
    await rig.restart({ keepPods: false });
    await rig.podThat("three", isPodReady);
    expect(await said("three", "cat /data/word")).to.equal("hello");
  });

  it("S26 a claim grows when its pod is started again, if not before, and keeps what it holds", async () => {
    await run("before");
    await said("before", "echo hello >/data/word");
    await makeRoom();
    await remove("before");
    await run("after");
    const claim = await rig.until("persistentvolumeclaims", { name: "data" }, hasGrown);
    expect(claim.status).not.to.have.any.keys("allocatedResourceStatuses", "conditions");
    expect(await mebibytes("after")).to.be.within(48, 64);
    expect(await said("after", "cat /data/word")).to.equal("hello");
    expect(await rig.event("data", "FileSystemResizeSuccessful")).to.equal(
      'MountVolume.NodeExpandVolume succeeded for volume "pvc-1" ordinal',
    );
  });

  it("S26 a pod sees more room without being started again, where the kernel may grow what is mounted", async function () {
    if (!(await canGrowMounted())) {
      this["skipReason"] = "needs CAP_SYS_RESOURCE";
      this.skip();
    }
    await run("writer");
    await makeRoom();
    await rig.until("persistentvolumeclaims", { name: "data" }, hasGrown);
    expect(await mebibytes("writer")).to.be.within(48, 64);
    expect(await rig.event("writer", "FileSystemResizeSuccessful")).to.contain('"pvc-1"');
  });

  it("S26 a claim says what it waits for, where the kernel may not", async function () {
    if (await canGrowMounted()) {
      this["skipReason"] = "needs to be without CAP_SYS_RESOURCE";
      this.skip();
    }
    await run("writer");
    await makeRoom();
    expect(await rig.event("data", "VolumeResizeFailed")).to.contain("waits until its pods are started again");
    expect(await mebibytes("writer")).to.be.below(16);
  });
});
