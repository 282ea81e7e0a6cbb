import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  cp,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  realpath,
  rm,
  stat,
  statfs,
  truncate,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PersistentVolume } from "@ordinal/api";
import { silentLogger, systemClock } from "@ordinal/runtime";
import { expect } from "chai";
import { findProgram } from "../../runtime/commands/find-program.ts";
import { mustRun, runCommand, systemPath } from "../../runtime/commands/run-command.ts";
import { describeInOuterNamespace } from "../../runtime/outer-namespace.fixture.ts";
import { canGrowMounted } from "./file-system.ts";
import { createImageMounts, type ImageMounts } from "./image-mounts.ts";
import { deviceOf } from "./loop-mount.ts";
import { createLocalImagePlugin } from "./plugin.ts";

const mebibyte = 2 ** 20;

describeInOuterNamespace("images that are mounted", import.meta.filename, () => {
  let root: string;
  let directory: string;
  let image: string;
  let volume: PersistentVolume;
  let mounts: ImageMounts;

  before(async function () {
    const missing = [];
    for (const program of ["mkfs.ext4", "resize2fs", "e2fsck", "losetup", "fsfreeze"])
      if ((await findProgram(program, systemPath)) === undefined) missing.push(program);
    const hasLoops = await stat("/dev/loop-control").then(
      () => true,
      () => false,
    );
    if (missing.length === 0 && hasLoops) return;
    this["skipReason"] = missing.length > 0 ? `needs ${missing.join(", ")} (e2fsprogs)` : "needs /dev/loop-control";
    this.skip();
  });
  beforeEach(async () => {
    root = await realpath(await mkdtemp(join(tmpdir(), "ordinal-mounts-")));
    directory = join(root, "volumes", "pvc-1_default_data");
    image = join(directory, "volume.img");
    await mkdir(directory, { recursive: true });
    await makeImage(16);
    volume = {
      apiVersion: "v1",
      kind: "PersistentVolume",
      metadata: { name: "pvc-1", uid: "u", resourceVersion: "1", creationTimestamp: "" },
      spec: {
        csi: {
          driver: "local-image.ordinal.internal",
          volumeHandle: "pvc-1",
          volumeAttributes: { path: directory, allocation: "thin" },
        },
      },
    };
    mounts = anew();
  });
  afterEach(async () => {
    await mounts.unmount("pvc-1");
    expect(await deviceOf(image)).to.equal(undefined);
    await rm(root, { recursive: true });
  });

  /** As another daemon would find things. */
  function anew(mayGrowMounted = canGrowMounted): ImageMounts {
    return createImageMounts({ dataDir: root, clock: systemClock, log: silentLogger, mayGrowMounted });
  }

  async function makeImage(mebibytes: number): Promise<void> {
    await (await open(image, "w")).close();
    await truncate(image, mebibytes * mebibyte);
    await mustRun(["mkfs.ext4", "-q", "-F", "-m", "0", image]);
  }

  async function sizeAt(path: string): Promise<number> {
    const { blocks, bsize } = await statfs(path);
    return (blocks * bsize) / mebibyte;
  }

  function withPath(of: PersistentVolume, path: string): PersistentVolume {
    const csi = { driver: "local-image.ordinal.internal", volumeHandle: "pvc-1", volumeAttributes: { path } };
    return { ...of, spec: { ...of.spec, csi } };
  }

  const failureOf = async (work: Promise<unknown>): Promise<string> =>
    await work.then(
      () => "no failure",
      (error: Error) => error.message,
    );

  it("S36 gives a pod no more room than was asked for", async () => {
    const at = await mounts.mount(volume);
    expect(await readdir(at)).to.deep.equal([]);
    expect(await failureOf(writeFile(join(at, "data"), Buffer.alloc(17 * mebibyte)))).to.contain("ENOSPC");
    await rm(join(at, "data"));
    await writeFile(join(at, "data"), Buffer.alloc(8 * mebibyte, 1));
  });

  it("S36 keeps what was written, and mounts once however often it is asked and by whom", async () => {
    const at = await mounts.mount(volume);
    await writeFile(join(at, "data"), "bytes");
    expect(await mounts.mount(volume)).to.equal(at);
    expect(await anew().mount(volume)).to.equal(at);
    const table = await readFile("/proc/self/mountinfo", "utf8");
    expect(table.split("\n").filter((line) => line.includes(` ${at} `))).to.have.length(1);
    expect(await anew().find()).to.deep.equal(["pvc-1"]);
    await anew().unmount("pvc-1");
    await anew().unmount("pvc-1");
    expect(await mounts.find()).to.deep.equal([]);
    expect(await deviceOf(image)).to.equal(undefined);
    expect(await readFile(join(await mounts.mount(volume), "data"), "utf8")).to.equal("bytes");
  });

  it("S42 mends an image that was not unmounted, with everything that was synced", async () => {
    const at = await mounts.mount(volume);
    const handle = await open(join(at, "data"), "w");
    await handle.writeFile("synced");
    await handle.sync();
    await handle.close();
    // As a power cut would leave it.
    await cp(image, join(root, "cut"));
    await mounts.unmount("pvc-1");
    await cp(join(root, "cut"), image);
    expect((await runCommand(["dumpe2fs", "-h", image])).stdout).to.contain("needs_recovery");
    expect(await readFile(join(await mounts.mount(volume), "data"), "utf8")).to.equal("synced");
  });

  it("S42 waits for room to mend an image on a full disk, and then has everything that was synced", async () => {
    const disk = join(root, "disk");
    await mkdir(disk);
    await mustRun(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", disk]);
    try {
      const at = await mounts.mount(volume);
      await mustRun(["sh", "-c", 'echo synced >"$1/data" && sync "$1/data"', "sh", at]);
      await mustRun(["cp", "--sparse=always", image, join(disk, "volume.img")]);
      await mounts.unmount("pvc-1");
      volume = withPath(volume, disk);
      expect(await failureOf(writeFile(join(disk, "filler"), Buffer.alloc(24 * mebibyte)))).to.contain("ENOSPC");
      expect(await failureOf(mounts.mount(volume))).to.contain("is full: mending it after a crash may need");
      await rm(join(disk, "filler"));
      expect(await readFile(join(await mounts.mount(volume), "data"), "utf8")).to.equal("synced\n");
    } finally {
      await mounts.unmount("pvc-1");
      await mustRun(["umount", disk]);
    }
  });

  it("S38 waits for a copy that stands in the image before it unmounts, and keeps it mounted when that takes long", async () => {
    const at = await mounts.mount(volume);
    const copy = spawn("sh", ["-c", 'cd "$1" && echo here && read -r line', "sh", at]);
    await once(copy.stdout, "data");
    expect(await failureOf(mounts.unmount("pvc-1"))).to.contain("busy");
    expect(await mounts.find()).to.deep.equal(["pvc-1"]);
    const unmounting = mounts.unmount("pvc-1");
    copy.stdin.end("done\n");
    await unmounting;
    expect(await mounts.find()).to.deep.equal([]);
  });

  for (const [where, unmount] of [
    ["and is still mounted", async () => {}],
    ["and was unmounted", async (at: string) => void (await mustRun(["umount", at]))],
  ] as const) {
    it(`S38 lets writes go on to an image that was frozen when everything was killed, ${where}`, async () => {
      const at = await mounts.mount(volume);
      await mustRun(["fsfreeze", "--freeze", at]);
      await unmount(at);
      await anew().thaw();
      await anew().mount(volume);
      expect((await runCommand(["fsfreeze", "--unfreeze", at])).stderr, "thawed already").to.contain(
        "Invalid argument",
      );
      await writeFile(join(at, "data"), "bytes");
    });
  }

  it("S42 shares the file system with pods that hold it in a world of their own", async () => {
    const at = await mounts.mount(volume);
    await writeFile(join(at, "data"), "from before");
    const script = 'mount --bind "$1" /mnt && echo held && read -r line && cat /mnt/data';
    const pod = spawn("unshare", ["--mount", "--propagation", "private", "sh", "-c", script, "sh", at]);
    await once(pod.stdout, "data");
    await mounts.unmount("pvc-1");
    const held = await deviceOf(image);
    expect(held).to.be.a("string");
    const again = await anew().mount(volume);
    expect(await deviceOf(image)).to.equal(held);
    await writeFile(join(again, "data"), "from after");
    const ended = once(pod, "exit");
    const answered = once(pod.stdout, "data");
    pod.stdin.end("go\n");
    const [said] = await answered;
    expect(String(said)).to.equal("from after");
    await ended;
  });

  for (const [how, mayGrowMounted] of [
    ["by the kernel where it may", canGrowMounted],
    ["on a copy where the kernel may not", async () => false],
  ] as const) {
    it(`S26 lets a volume have all of its image when it is mounted next, ${how}`, async () => {
      mounts = anew(mayGrowMounted);
      const at = await mounts.mount(volume);
      await writeFile(join(at, "data"), "bytes");
      await mounts.unmount("pvc-1");
      await truncate(image, 64 * mebibyte);
      expect(await mounts.grow(volume)).to.deep.equal({ is: "later" });
      await mounts.mount(volume);
      expect(await sizeAt(at)).to.be.within(48, 64);
      expect(await mounts.grow(volume)).to.deep.equal({ is: "done" });
      expect(await readFile(join(at, "data"), "utf8")).to.equal("bytes");
      expect(await readdir(at)).to.deep.equal(["data"]);
      expect(await readdir(directory)).to.deep.equal(["volume.img"]);
    });
  }

  it("S26 grows a volume while it is written to", async function () {
    if (!(await canGrowMounted())) {
      this["skipReason"] = "needs CAP_SYS_RESOURCE";
      this.skip();
    }
    const at = await mounts.mount(volume);
    const handle = await open(join(at, "data"), "w");
    await handle.writeFile("before, ");
    await truncate(image, 64 * mebibyte);
    expect(await mounts.grow(volume)).to.deep.equal({ is: "done" });
    expect(await mounts.grow(volume)).to.deep.equal({ is: "done" });
    await handle.writeFile("after");
    await handle.close();
    expect(await sizeAt(at)).to.be.within(48, 64);
    expect(await readFile(join(at, "data"), "utf8")).to.equal("before, after");
    await writeFile(join(at, "more"), Buffer.alloc(32 * mebibyte));
  });

  it("S26 says so where a volume can only grow when nobody uses it", async () => {
    mounts = anew(async () => false);
    const at = await mounts.mount(volume);
    await truncate(image, 64 * mebibyte);
    const growth = await mounts.grow(volume);
    expect(growth.is === "in use" ? growth.why : growth.is).to.contain("CAP_SYS_RESOURCE");
    expect(await sizeAt(at)).to.be.below(16);
  });

  it("S26 gives a pod its volume as it was when there is no room to grow it", async () => {
    mounts = anew(async () => false);
    await truncate(image, 64 * mebibyte);
    // What stands for a full disk: the copy cannot be made.
    await mkdir(join(directory, ".volume.img.grown", "in the way"), { recursive: true });
    expect(await sizeAt(await mounts.mount(volume))).to.be.below(16);
  });

  it("S36 says what is wrong with an image, and leaves it alone", async () => {
    await writeFile(image, Buffer.alloc(mebibyte));
    expect(await failureOf(mounts.mount(volume))).to.equal(`${image} holds no ext4 file system`);
    await rm(image);
    expect(await failureOf(mounts.mount(volume))).to.equal(
      `the image of PV pvc-1 is missing: there is no ${directory}/volume.img`,
    );
    expect(await deviceOf(join(root, "cut"))).to.equal(undefined);
    await makeImage(16);
  });

  it("S36 is for pods that have mounts of their own, and says what to do for others", async () => {
    const host = { dataDir: root, clock: systemClock, log: silentLogger, isRoot: true } as const;
    const plugin = createLocalImagePlugin({ ...host, runtime: "process" });
    const context = { pod: {}, claim: {}, readOnly: false, directory: root } as Parameters<typeof plugin.setUp>[1];
    const refused = await plugin.setUp(volume, context);
    expect(refused.ok ? "" : refused.error).to.contain("--runtime sandbox");
    const mounted = await createLocalImagePlugin({ ...host, runtime: "sandbox" }).setUp(volume, context);
    expect(mounted.ok && mounted.value.source).to.equal(join(root, "mounts", "local-image.ordinal.internal", "pvc-1"));
  });
});
