import { mkdir, mkdtemp, open, readdir, rm, stat, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from "@ordinal/api";
import { expect } from "chai";
import type { VolumeBackend, VolumePlan, VolumeRequest } from "../backend/volume-backend.ts";
import { nodeDisk } from "../disk/disk.ts";
import { createSharedSync } from "../disk/shared-sync.ts";
import { hasProgram, runProgram } from "./run-program.ts";
import { createLocalImageBackend } from "./local-image-backend.ts";

const mebibyte = 2 ** 20;
const means = { disk: nodeDisk, sync: createSharedSync(nodeDisk) };
const meta = (name: string, uid: string) => ({ name, uid, resourceVersion: "7", creationTimestamp: "" });

function request(
  storage: string,
  spec: Partial<PersistentVolumeClaim["spec"]> = {},
  parameters: Readonly<Record<string, string>> = {},
): VolumeRequest {
  const claim: PersistentVolumeClaim = {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { ...meta("data", "u-1"), namespace: "default" },
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage } }, ...spec },
  };
  const storageClass: StorageClass = {
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: meta("local-image", "c-1"),
    provisioner: "local-image.ordinal.internal",
    parameters,
  };
  return { claim, storageClass, nodeName: "ordinal" };
}

function objectOf({ volume }: VolumePlan): PersistentVolume {
  return { ...volume, apiVersion: "v1", kind: "PersistentVolume", metadata: meta("pvc-u-1", "v-1") };
}

describe("the local-image backend", () => {
  let base: string;
  let backend: VolumeBackend;

  before(async function () {
    if (!(await hasProgram("mkfs.ext4")) || !(await hasProgram("debugfs"))) {
      this["skipReason"] = "needs mkfs.ext4 and debugfs (e2fsprogs)";
      this.skip();
    }
  });
  beforeEach(async () => {
    base = await mkdtemp(join(tmpdir(), "ordinal-images-"));
    backend = createLocalImageBackend({ ...means, volumesDir: base, findProblem: async () => undefined });
  });
  afterEach(() => rm(base, { recursive: true }));

  async function plan(asked: VolumeRequest): Promise<VolumePlan> {
    const planned = await backend.plan(asked);
    if (!planned.ok) throw new Error(planned.error);
    return planned.value;
  }

  async function made(storage = "8Mi", parameters: Readonly<Record<string, string>> = {}): Promise<VolumePlan> {
    const asked = request(storage, {}, parameters);
    const planned = await plan(asked);
    await backend.make(planned, asked);
    return planned;
  }

  const refusalOf = async (work: Promise<unknown>): Promise<string> =>
    await work.then(
      () => "no refusal",
      (error: Error) => error.message,
    );

  it("S36 makes a sparse image with an empty ext4 of that size, that anybody may write to", async () => {
    const { path, volume } = await made("64Mi");
    expect(await readdir(path)).to.deep.equal(["volume.img"]);
    const image = await stat(join(path, "volume.img"));
    expect(image.size).to.equal(64 * mebibyte);
    expect(image.blocks * 512).to.be.below(mebibyte);
    expect(image.mode & 0o777).to.equal(0o600);
    expect((await runProgram(["e2fsck", "-f", "-n", join(path, "volume.img")])).code).to.equal(0);
    const root = await runProgram(["debugfs", "-R", "stat <2>", join(path, "volume.img")]);
    expect(root.stdout).to.match(/Type: directory +Mode: +0777/);
    expect(volume.spec).to.deep.include({
      capacity: { storage: "64Mi" },
      csi: {
        driver: "local-image.ordinal.internal",
        volumeHandle: "pvc-u-1",
        fsType: "ext4",
        volumeAttributes: { path: join(base, "pvc-u-1_default_data"), allocation: "thin" },
      },
      nodeAffinity: {
        required: {
          nodeSelectorTerms: [
            { matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values: ["ordinal"] }] },
          ],
        },
      },
    });
  });

  it("S36 sets all of an image's bytes aside where the class says full, and refuses what the disk has not", async () => {
    const { path } = await made("16Mi", { allocation: "full" });
    expect((await stat(join(path, "volume.img"))).blocks * 512).to.be.at.least(16 * mebibyte);
    const asked = request("15Ti", { volumeMode: "Filesystem" }, { allocation: "full" });
    const other = { ...asked, claim: { ...asked.claim, metadata: { ...asked.claim.metadata, uid: "u-2" } } };
    expect(await refusalOf(backend.make(await plan(other), other))).to.match(
      /needs \d+ bytes more on disk.*has \d+ free: make room, or ask for less/,
    );
  });

  it("S36 finds what an interrupted attempt left, and keeps an image that is there", async () => {
    const asked = request("8Mi");
    const planned = await plan(asked);
    await mkdir(planned.path);
    await writeFile(join(planned.path, ".volume.img.new"), "half an image");
    await backend.make(planned, asked);
    const first = await stat(join(planned.path, "volume.img"));
    await backend.make(planned, asked);
    expect((await stat(join(planned.path, "volume.img"))).ino).to.equal(first.ino);
    expect(await readdir(planned.path)).to.deep.equal(["volume.img"]);
  });

  it("S38 makes a copy larger when the claim asks for more, and refuses a claim for less", async () => {
    const { path } = await made("8Mi");
    const larger = request("12Mi");
    await backend.make(await plan(larger), larger);
    expect((await stat(join(path, "volume.img"))).size).to.equal(12 * mebibyte);
    const smaller = request("8Mi");
    expect(await refusalOf(backend.make(await plan(smaller), smaller))).to.equal(
      "the data comes from a volume of 12Mi, and the claim asks for 8Mi: ask for 12Mi or more",
    );
  });

  it("S38 refuses data of another kind of volume, and touches none of it", async () => {
    const asked = request("8Mi");
    const planned = await plan(asked);
    await mkdir(planned.path);
    await writeFile(join(planned.path, "table"), "rows");
    expect(await refusalOf(backend.make(planned, asked))).to.contain('holds "table" and no volume.img');
    expect(await readdir(planned.path)).to.deep.equal(["table"]);
  });

  it("S26 makes an image larger, says that the node has to follow, and does nothing a second time", async () => {
    const planned = await made("8Mi");
    const volume = objectOf(planned);
    expect(await backend.expand(volume, 12n * 2n ** 20n)).to.deep.equal({ needsNode: true });
    expect(await backend.expand(volume, 9_000_000n)).to.deep.equal({ needsNode: true });
    expect((await stat(join(planned.path, "volume.img"))).size).to.equal(12 * mebibyte);
    expect(await refusalOf(backend.expand(volume, 10n ** 30n))).to.contain("16Ti at most");
  });

  const refused: readonly (readonly [what: string, asked: VolumeRequest, why: string])[] = [
    ["less than ext4 can hold", request("1Mi"), "must be 4Mi or more"],
    ["more than any disk has", request("1e30"), "16Ti at most"],
    ["another file system", request("8Mi", {}, { fsType: "xfs" }), 'is "xfs": local-image volumes hold ext4 only'],
    ["another allocation", request("8Mi", {}, { allocation: "half" }), 'it may be "thin" or "full"'],
    ["a parameter nobody knows", request("8Mi", {}, { nodePath: "/" }), '"nodePath" of the StorageClass is unknown'],
    ["block mode", request("8Mi", { volumeMode: "Block" }), "use volumeMode Filesystem"],
    ["sharing", request("8Mi", { accessModes: ["ReadWriteMany"] }), "ReadWriteMany is not supported"],
    ["a selector", request("8Mi", { selector: {} }), "claim.spec.selector is not supported"],
  ];
  for (const [what, asked, why] of refused) {
    it(`S36 refuses ${what} before anything is made`, async () => {
      const planned = await backend.plan(asked);
      expect(planned.ok ? "" : planned.error).to.contain(why);
      expect(await readdir(base)).to.deep.equal([]);
    });
  }

  it("S36 rounds up to whole mebibytes, and says what was asked for", async () => {
    const { path, volume } = await made("10M");
    expect((await stat(join(path, "volume.img"))).size).to.equal(10 * mebibyte);
    expect(volume.spec.capacity).to.deep.equal({ storage: "10M" });
  });

  it("S36 says what the machine lacks, and makes nothing", async () => {
    const without = createLocalImageBackend({
      ...means,
      volumesDir: base,
      findProblem: async () => "install the package e2fsprogs",
    });
    expect(await without.plan(request("8Mi"))).to.deep.equal({ ok: false, error: "install the package e2fsprogs" });
  });

  it("S25 touches nothing outside its root, whatever a volume says", async () => {
    const volume = objectOf(await plan(request("8Mi")));
    for (const path of ["/etc", base, join(base, "pvc-1", ".."), `${base}/pvc-1/../pvc-2`, "", `${base}/.trash`]) {
      const csi = { driver: "local-image.ordinal.internal", volumeHandle: "x", volumeAttributes: { path } };
      const hostile: PersistentVolume = { ...volume, spec: { ...volume.spec, csi } };
      const place = backend.placeOf(hostile);
      expect(place.ok ? "" : place.error).to.contain("will not touch");
      expect(await refusalOf(backend.expand(hostile, 10n ** 9n))).to.contain("will not touch");
    }
  });

  it("S25 follows no link that stands where the directory or the image should be", async () => {
    const asked = request("8Mi");
    const planned = await plan(asked);
    const outside = await mkdtemp(join(tmpdir(), "ordinal-outside-"));
    try {
      await symlink(outside, planned.path);
      expect(await refusalOf(backend.make(planned, asked))).to.contain("is in the way");
      await rm(planned.path);
      await mkdir(planned.path);
      await (await open(join(outside, "other"), "w")).close();
      await truncate(join(outside, "other"), mebibyte);
      await symlink(join(outside, "other"), join(planned.path, "volume.img"));
      expect(await refusalOf(backend.make(planned, asked))).to.contain("is in the way");
      expect(await refusalOf(backend.expand(objectOf(planned), 10n ** 8n))).to.contain("is in the way");
      expect((await stat(join(outside, "other"))).size).to.equal(mebibyte);
    } finally {
      await rm(outside, { recursive: true });
    }
  });
});
