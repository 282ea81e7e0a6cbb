import { lstat, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { PersistentVolume } from "@ordinal/api";
import { expect } from "chai";
import { eventually, putData, rancher, startProvisionerRig, type ProvisionerRig } from "../provisioner-rig.fixture.ts";

const finalizer = "external-provisioner.volume.kubernetes.io/finalizer";

describe("reclaiming over a real registry", () => {
  let rig: ProvisionerRig;

  beforeEach(async () => {
    rig = await startProvisionerRig();
  });
  afterEach(async () => await rig.stop());

  const gone = async ({ metadata }: PersistentVolume) =>
    await rig.until("persistentvolumes", (all) => all.every(({ metadata: { uid } }) => uid !== metadata.uid));

  const setPolicy = async (name: string, persistentVolumeReclaimPolicy: string) =>
    await rig.client.patch(
      "persistentvolumes",
      { name },
      { type: "merge", body: { spec: { persistentVolumeReclaimPolicy } } },
    );

  const deleteVolume = async ({ metadata: { name } }: PersistentVolume) =>
    await rig.client.delete("persistentvolumes", { name });

  /** A volume object somebody has written by hand, as one of ours. */
  async function handMade(name: string, spec: Partial<PersistentVolume["spec"]>): Promise<PersistentVolume> {
    const volume = await rig.client.create("persistentvolumes", {
      metadata: { name, annotations: { "pv.kubernetes.io/provisioned-by": rancher } },
      spec: {
        accessModes: ["ReadWriteOnce"],
        capacity: { storage: "1Gi" },
        persistentVolumeReclaimPolicy: "Delete",
        ...spec,
      },
    });
    await rig.setPhase(name, "Released");
    return volume;
  }

  it("S13 takes the directory away, then the volume, when the claim is gone", async () => {
    await rig.start();
    const claim = await rig.claim("data");
    const volume = await rig.bind(claim);
    await putData(volume, "bytes");
    await rig.deleteClaim(claim);
    await gone(volume);
    expect(await rig.names()).to.deep.equal([]);
  });

  it("S14 keeps the directory under Retain, also when the volume is deleted, and over a restart", async () => {
    const first = await rig.start();
    const [data, empty] = [await rig.claim("data"), await rig.claim("empty")];
    const volumes = [await rig.bind(data), await rig.bind(empty)] as const;
    const path = await putData(volumes[0], "bytes");
    for (const volume of volumes) await setPolicy(volume.metadata.name, "Retain");
    for (const claim of [data, empty]) await rig.deleteClaim(claim);
    for (const volume of volumes) {
      await deleteVolume(volume);
      await gone(volume);
    }
    await first.stop();
    await rig.start();
    await rig.volumeOf(await rig.claim("later"));
    expect(await readFile(join(path, "data"), "utf8")).to.equal("bytes");
    expect((await rig.names()).length).to.equal(3);
  });

  it("S16 follows a policy that is changed on a live volume, with the finalizer", async () => {
    await rig.start();
    const claim = await rig.claim("data");
    const volume = await rig.bind(claim);
    const { name } = volume.metadata;
    const hasFinalizer = (is: boolean) => (all: readonly PersistentVolume[]) =>
      all.some(({ metadata }) => metadata.name === name && (metadata.finalizers ?? []).includes(finalizer) === is);
    await rig.until("persistentvolumes", hasFinalizer(true));
    await setPolicy(name, "Retain");
    await rig.until("persistentvolumes", hasFinalizer(false));
    await setPolicy(name, "Delete");
    await rig.until("persistentvolumes", hasFinalizer(true));
    await rig.deleteClaim(claim);
    await gone(volume);
    expect(await rig.names()).to.deep.equal([]);
  });

  it("S22 keeps a volume that is deleted before its claim until its directory is away", async () => {
    await rig.start();
    const claim = await rig.claim("data");
    const volume = await rig.bind(claim);
    const path = await putData(volume, "bytes");
    const terminating = await deleteVolume(volume);
    expect(terminating.metadata.finalizers).to.include(finalizer);
    expect((await lstat(path)).isDirectory()).to.equal(true);
    await rig.deleteClaim(claim);
    await gone(volume);
    expect(await rig.names()).to.deep.equal([]);
  });

  it("S22 lets a volume go, with its directory, that is deleted while nobody claims it", async () => {
    await rig.start();
    const volume = await rig.volumeOf(await rig.claim("data"));
    await rig.setPhase(volume.metadata.name, "Available");
    await deleteVolume(volume);
    await gone(volume);
    expect(await rig.names()).to.deep.equal([]);
  });

  it("S25 says when it cannot remove, marks the volume Failed, and goes on trying", async () => {
    await rig.start();
    const claim = await rig.claim("data");
    const volume = await rig.bind(claim);
    await putData(volume, "bytes");
    const aside = join(rig.dir, "aside");
    await rename(rig.volumesDir, aside);
    await rig.deleteClaim(claim);
    expect(await rig.event("VolumeFailedDelete")).to.contain(
      `${rig.volumesDir}, the directory of the volumes, is gone`,
    );
    await rig.until("persistentvolumes", ([found]) => found?.status?.phase === "Failed");
    await rename(aside, rig.volumesDir);
    await gone(volume);
    expect(await rig.names()).to.deep.equal([]);
  });

  it("S25 touches nothing outside its root, whatever a volume says, and says so", async () => {
    const outside = join(rig.dir, "precious");
    await mkdir(outside);
    await writeFile(join(outside, "data"), "bytes");
    await rig.start();
    await rig.volumeOf(await rig.claim("kept"));
    const before = await rig.names();
    const named: readonly (readonly [string, string])[] = [
      ["direct", outside],
      ["root", rig.volumesDir],
      ["slash", `${rig.volumesDir}/`],
      ["journal", join(rig.volumesDir, ".journal")],
      ["trash", join(rig.volumesDir, ".trash")],
      ["nothing", "/"],
    ];
    for (const [name, path] of named) {
      await handMade(name, { hostPath: { path } });
      expect(await rig.event("VolumeFailedDelete", name)).to.contain("will not remove");
    }
    expect(await rig.names(outside)).to.deep.equal(["data"]);
    expect(await rig.names()).to.deep.equal(before);
  });

  it("S43 removes only the object when the volume's node is gone, and waits while another node is there", async () => {
    const path = join(rig.volumesDir, "pvc-elsewhere");
    await mkdir(path);
    const on = (node: string) => ({
      hostPath: { path },
      nodeAffinity: {
        required: {
          nodeSelectorTerms: [
            { matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values: [node] }] },
          ],
        },
      },
    });
    await rig.client.create("nodes", { metadata: { name: "second", labels: { "kubernetes.io/hostname": "second" } } });
    await rig.start();
    const other = await handMade("other", on("second"));
    const lost = await handMade("lost", on("gone"));
    await gone(lost);
    expect(await rig.event("NodeNotFound")).to.contain("does not exist any more");
    expect(await rig.names()).to.deep.equal(["pvc-elsewhere"]);
    expect((await rig.client.get("persistentvolumes", { name: other.metadata.name })).status?.phase).to.equal(
      "Released",
    );
  });

  it("keeps a directory as long as another volume names it, and refuses to take away what holds another's", async () => {
    await rig.start();
    const claim = await rig.claim("data");
    const volume = await rig.bind(claim);
    const path = await putData(volume, "bytes");
    await mkdir(join(path, "inner"));
    const sharing = await rig.client.create("persistentvolumes", {
      metadata: { name: "sharing" },
      spec: { accessModes: ["ReadWriteOnce"], capacity: { storage: "1Gi" }, hostPath: { path } },
    });
    await rig.deleteClaim(claim);
    await gone(volume);
    expect(await readFile(join(path, "data"), "utf8")).to.equal("bytes");
    await deleteVolume(sharing);
    await gone(sharing);
    const inner = await rig.client.create("persistentvolumes", {
      metadata: { name: "inner" },
      spec: { accessModes: ["ReadWriteOnce"], capacity: { storage: "1Gi" }, hostPath: { path: join(path, "inner") } },
    });
    const outer = await handMade("outer", { hostPath: { path } });
    expect(await rig.event("VolumeFailedDelete", "outer")).to.contain("holds the directory of volume inner");
    await deleteVolume(inner);
    await gone(outer);
    await eventually(async () => expect(await rig.names()).to.deep.equal([]));
  });
});
