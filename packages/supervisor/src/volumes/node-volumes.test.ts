import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, open, readdir, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFakeClock, silentLogger, systemClock, type Clock } from "@ordinal/runtime";
import { expect } from "chai";
import { describeInOuterNamespace } from "../runtime/outer-namespace.fixture.ts";
import { openLeftVolumes } from "./left-volumes.ts";
import { createMemoryRoom } from "./mounts/memory-room.ts";
import { createMounter, type Mounter } from "./mounts/mounter.ts";
import { parseMountInfo } from "../runtime/sandbox/mount-info.ts";
import { createNodeVolumes, type NodeVolumes } from "./node-volumes.ts";
import type { PersistentVolumePlugin } from "./persistent/persistent-volume.ts";
import { bindSubPath } from "./sub-path/bind-sub-path.ts";

describeInOuterNamespace("volumes of a node", import.meta.filename, () => {
  let root: string;
  let mounter: Mounter;
  /** PVs that something is mounted of on the node. */
  let setUp: Set<string>;
  let isBusy: boolean;
  beforeEach(async () => {
    root = await realpath(await mkdtemp(join(tmpdir(), "ordinal-node-volumes-")));
    const found = await createMounter();
    if (found === undefined) throw new Error("needs mount(8)");
    mounter = found;
    setUp = new Set();
    isBusy = false;
  });
  afterEach(async () => {
    await mounter.unmountBelow(root);
    await rm(root, { recursive: true });
  });

  /** As a daemon that has just started. */
  function daemon(clock: Clock = systemClock): NodeVolumes {
    const plugin: PersistentVolumePlugin = {
      source: "csi",
      setUp: async () => ({ ok: false, error: "not asked for" }),
      node: {
        find: async () => [...setUp],
        async tearDown(name) {
          if (isBusy) throw new Error("target is busy");
          setUp.delete(name);
        },
      },
    };
    const memory = createMemoryRoom(join(root, "mounts/memory"), mounter);
    const host = { runtime: "sandbox", dataDir: root, clock, log: silentLogger, isRoot: true } as const;
    return createNodeVolumes({ ...host, mounter, memory }, [plugin]);
  }

  it("S42 lets go of a volume with its last pod, whichever daemon sees that", async () => {
    const first = daemon();
    for (const pod of ["one", "two"]) await first.hold("pv", pod);
    setUp.add("pv").add("stray");
    const second = daemon();
    await second.recover((uid) => uid === "one" || uid === "two");
    expect([...setUp], "nobody uses it").to.deep.equal(["pv"]);
    await second.remove("one", "all");
    expect([...setUp]).to.deep.equal(["pv"]);
    const third = daemon();
    await third.recover(() => false);
    expect([...setUp]).to.deep.equal([]);
    expect(await readdir(join(root, "pods"))).to.deep.equal([]);
  });

  it("S38 starts although a volume cannot be thawed", async () => {
    const lines: string[] = [];
    const log = { ...silentLogger, warn: (...words: readonly unknown[]) => void lines.push(JSON.stringify(words)) };
    const node = {
      find: async () => [],
      tearDown: async () => {},
      thaw: async () => await Promise.reject(new Error("EIO")),
    };
    const plugin: PersistentVolumePlugin = { source: "csi", setUp: async () => ({ ok: false, error: "" }), node };
    const host = { runtime: "sandbox", dataDir: root, clock: systemClock, log, isRoot: true } as const;
    await createNodeVolumes(host, [plugin]).thaw();
    expect(lines.join()).to.contain("still frozen").and.to.contain("EIO");
  });

  it("S42 tries again to let go of a volume that is busy, unless a pod wants it meanwhile", async () => {
    const clock = createFakeClock();
    const node = daemon(clock);
    await node.hold("pv", "one");
    setUp.add("pv");
    isBusy = true;
    await node.remove("one", "all");
    expect([...setUp]).to.deep.equal(["pv"]);
    await node.hold("pv", "two");
    isBusy = false;
    await clock.advance(10_000);
    await node.exclusively("pv", async () => {});
    expect([...setUp]).to.deep.equal(["pv"]);
    isBusy = true;
    await node.remove("two", "all");
    isBusy = false;
    await clock.advance(10_000);
    await node.exclusively("pv", async () => {});
    expect([...setUp]).to.deep.equal([]);
    await node.stop();
  });

  it("S42 takes away what a killed daemon left of a pod that is gone, and not a byte of its volumes", async () => {
    const data = join(root, "data");
    await mkdir(data);
    await writeFile(join(data, "precious"), "kept");
    const podDirectory = join(root, "pods/gone");
    const place = { podDirectory, volume: "data", container: "main", index: 0 };
    expect(await bindSubPath({ source: data, subPath: "sub", place }, mounter)).to.have.property("ok", true);
    const file = { ...place, index: 1 };
    expect(await bindSubPath({ source: data, subPath: "precious", place: file }, mounter)).to.have.property("ok", true);
    await mkdir(join(podDirectory, "volumes/scratch"), { recursive: true });
    await mounter.tmpfs(join(podDirectory, "volumes/scratch"), { mode: 0o777 });
    await mkdir(join(podDirectory, "volumes/other"));
    const opened = await open(data);
    await mounter.bindDescriptor(opened.fd, join(podDirectory, "volumes/other"));
    await opened.close();
    await daemon().recover(() => false);
    expect(await readdir(join(root, "pods"))).to.deep.equal([]);
    expect(await readFile(join(data, "precious"), "utf8")).to.equal("kept");
    expect(await readdir(data)).to.have.members(["precious", "sub"]);
  });

  it("S42 unmounts everything when a killed daemon is cleaned up after, and keeps the files", async () => {
    const podDirectory = join(root, "pods/left");
    await mkdir(join(podDirectory, "volumes/disk"), { recursive: true });
    await mkdir(join(podDirectory, "volumes/memory"));
    await writeFile(join(podDirectory, "volumes/disk/file"), "kept");
    await mounter.tmpfs(join(podDirectory, "volumes/memory"), { mode: 0o777 });
    const memory = createMemoryRoom(join(root, "mounts/memory"), mounter);
    await mkdir(await memory.directoryOf("left"));
    const place = { podDirectory, volume: "disk", container: "main", index: 0 };
    await bindSubPath({ source: join(podDirectory, "volumes/disk"), subPath: "file", place }, mounter);
    const host = { runtime: "sandbox", dataDir: root, clock: systemClock, log: silentLogger } as const;
    await (await openLeftVolumes(host)).unmount();
    const mounts = parseMountInfo(await readFile("/proc/self/mountinfo", "utf8"));
    expect(mounts.map(({ path }) => path).filter((path) => path.startsWith(root))).to.deep.equal([]);
    expect(await readFile(join(podDirectory, "volumes/disk/file"), "utf8")).to.equal("kept");
  });

  it("S34 mounts what was opened, however names are swapped, and never anything outside", async function () {
    this.timeout(60_000);
    const [volume, outside] = [join(root, "volume"), join(root, "outside")];
    await mkdir(join(volume, "spare"), { recursive: true });
    await mkdir(outside);
    await writeFile(join(outside, "secret"), "");
    const swapper = spawn(process.execPath, ["-e", swapForEver, join(volume, "swap")], { stdio: "inherit" });
    const seen = new Set<string>();
    try {
      const mounted = "mounted";
      const isEnough = (): boolean => seen.has(mounted) && seen.has("it leads out of the volume");
      for (let round = 0; round < 100 || !isEnough(); round++) {
        const place = { podDirectory: join(root, "pods/victim"), volume: "v", container: "c", index: round % 3 };
        const bound = await bindSubPath({ source: volume, subPath: "swap", place }, mounter);
        seen.add(bound.ok ? mounted : bound.error);
        if (bound.ok) expect(await readdir(bound.value)).to.not.include("secret");
      }
    } finally {
      swapper.kill("SIGKILL");
      await once(swapper, "exit");
    }
    expect(await readdir(outside)).to.deep.equal(["secret"]);
  });
});

const swapForEver = `
const { mkdirSync, rmSync, symlinkSync } = require("node:fs");
const [name] = process.argv.slice(1);
for (;;) {
  for (const step of [() => rmSync(name, { recursive: true }), () => symlinkSync("../outside", name), () => rmSync(name), () => mkdirSync(name)]) {
    try { step(); } catch {}
  }
}`;
