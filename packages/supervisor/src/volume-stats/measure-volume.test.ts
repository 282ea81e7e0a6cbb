import { mkdir, mkdtemp, rm, stat, statfs, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { measureVolume, type Measured } from "./measure-volume.ts";
import { unpaced } from "./pace.ts";
import { placeOfVolume, type VolumePlace } from "./volume-place.ts";

const options = { pace: unpaced, signal: new AbortController().signal };

describe("measureVolume", () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "ordinal-volume-"));
  });
  afterEach(async () => {
    await rm(dir, { recursive: true });
  });

  const directory = (path: string, mayBeMissing = false): VolumePlace => ({ is: "directory", path, mayBeMissing });
  const measure = async (place: VolumePlace): Promise<Measured> => await measureVolume(place, options);

  it("S37 adds up a directory, and takes capacity from its file system, as upstream does for emptyDir", async () => {
    await writeFile(join(dir, "data"), Buffer.alloc(100_000, 1));
    const { blocks, bsize, files } = await statfs(dir);
    const measured = await measure(directory(dir));
    expect(measured).to.deep.include({ is: "shared", inodesUsed: 2, isComplete: true, device: (await stat(dir)).dev });
    if (measured.is !== "shared") throw new Error("not shared");
    expect(measured.usedBytes).to.be.within(100_000, 120_000);
    expect(measured.around).to.deep.include({ capacityBytes: blocks * bsize, inodes: files });
  });

  it("S37 measures a single file", async () => {
    await writeFile(join(dir, "data"), Buffer.alloc(100_000, 1));
    const measured = await measure(directory(join(dir, "data")));
    expect(measured).to.deep.include({ is: "shared", inodesUsed: 1 });
  });

  it("S37 asks a file system of its own for its figures, and adds up nothing", async function () {
    if (process.platform !== "linux" || (await stat("/dev/shm")).dev === (await stat("/dev")).dev) {
      this["skipReason"] = "needs /dev/shm to be a mount";
      this.skip();
    }
    const { blocks, bfree, bsize } = await statfs("/dev/shm");
    const measured = await measure(directory("/dev/shm"));
    if (measured.is !== "own") throw new Error(`it is ${measured.is}`);
    expect(measured.figures.capacityBytes).to.equal(blocks * bsize);
    expect(measured.figures.usedBytes).to.be.closeTo((blocks - bfree) * bsize, 2 ** 20);
  });

  it("S37 takes the allocated blocks of an image that is not mounted", async () => {
    const image = join(dir, "volume.img");
    await writeFile(image, Buffer.alloc(65_536, 1));
    await truncate(image, 2 ** 30);
    await mkdir(join(dir, "mount"));
    for (const mountPoint of [join(dir, "mount"), join(dir, "none")]) {
      const measured = await measure({ is: "image", image, mountPoint });
      expect(measured).to.deep.equal({ is: "unmounted", capacityBytes: 2 ** 30, usedBytes: 65_536 });
    }
  });

  it("knows a volume that is yet to be made from one that has vanished", async () => {
    expect(await measure(directory(join(dir, "none"), true))).to.deep.equal({ is: "not made" });
    const failure = await measure(directory(join(dir, "none"))).catch((error: unknown) => error);
    expect(failure).to.have.property("code", "ENOENT");
  });
});

describe("placeOfVolume", () => {
  const provisioned = { annotations: { "pv.kubernetes.io/provisioned-by": "rancher.io/local-path" } };
  const csi = {
    driver: "local-image.ordinal.internal",
    volumeHandle: "a",
    volumeAttributes: { path: "/data/volumes/a" },
  };
  const cases: readonly (readonly [what: string, volume: object, place: VolumePlace | undefined])[] = [
    [
      "a provisioned hostPath",
      { metadata: provisioned, spec: { hostPath: { path: "/a", type: "DirectoryOrCreate" } } },
      { is: "directory", path: "/a", mayBeMissing: false },
    ],
    [
      "a hostPath of the user's",
      { spec: { hostPath: { path: "/a" } } },
      { is: "directory", path: "/a", mayBeMissing: true },
    ],
    [
      "a hostPath that must be there",
      { spec: { hostPath: { path: "/a", type: "Directory" } } },
      { is: "directory", path: "/a", mayBeMissing: false },
    ],
    ["a local volume", { spec: { local: { path: "/a" } } }, { is: "directory", path: "/a", mayBeMissing: false }],
    [
      "an image",
      { spec: { csi } },
      {
        is: "image",
        image: "/data/volumes/a/volume.img",
        mountPoint: "/data/mounts/local-image.ordinal.internal/volume",
      },
    ],
    ["another driver's volume", { spec: { csi: { ...csi, driver: "other" } } }, undefined],
    ["a raw device", { spec: { volumeMode: "Block", local: { path: "/dev/sdb" } } }, undefined],
    ["a kind nobody can measure here", { spec: { nfs: { server: "a", path: "/b" } } }, undefined],
  ];
  for (const [what, { metadata = {}, spec }, place] of cases as readonly (readonly [
    string,
    { metadata?: object; spec: object },
    VolumePlace | undefined,
  ])[]) {
    it(`S37 finds ${what}`, () => {
      const base = { name: "volume", uid: "u", resourceVersion: "1", creationTimestamp: "2026-01-01T00:00:00Z" };
      const volume = { apiVersion: "v1", kind: "PersistentVolume", metadata: { ...base, ...metadata }, spec };
      expect(placeOfVolume(volume, "/data")).to.deep.equal(place);
    });
  }
});
