import { mkdir, readdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createFakeClock, type Fields, type Logger, silentLogger } from "@ordinal/runtime";
import { expect } from "chai";
import { readKnownBases } from "../backend/known-bases.ts";
import { nodeDisk, type Disk } from "../disk/disk.ts";
import { readTrash, type TrashEntry } from "./entries.ts";
import { trashOf } from "./layout.ts";
import { bytesAt, startTrashRig, type TrashRig } from "./trash-rig.fixture.ts";

const hourMs = 3_600_000;

describe("the trash", () => {
  let rig: TrashRig;

  beforeEach(async () => {
    rig = await startTrashRig();
  });
  afterEach(async () => {
    await rig.stop();
  });

  const entries = async (base = rig.base): Promise<readonly TrashEntry[]> => (await readTrash(nodeDisk, base)).entries;
  const names = async (): Promise<readonly string[]> => (await entries()).map(({ record }) => record.claim.name);

  it("S13 keeps a deleted volume as it was, with a record of what it was", async () => {
    const trash = await rig.open({ clock: createFakeClock(), holdMs: hourMs });
    const { place, volume } = await rig.volume("web");
    await trash.put(place, volume);
    await trash.put(place, volume);
    const [entry, ...others] = await entries();
    expect(others).to.deep.equal([]);
    expect(entry?.record).to.deep.include({
      deleted: "2026-01-01T00:00:00.000Z",
      expires: "2026-01-01T01:00:00.000Z",
      claim: { namespace: "default", name: "web", uid: volume.spec.claimRef?.uid },
      size: "1Gi",
      storageClass: "local-path",
      provisioner: "rancher.io/local-path",
      path: place.path,
      volume,
    });
    expect(entry?.record.entry).to.match(/^web-[0-9a-f]{12}$/);
    expect(await bytesAt(join(entry?.path ?? "", "deep/er"))).to.equal("web");
    expect(await bytesAt(place.path)).to.equal(undefined);
  });

  it("S13 removes at once what is not to be kept: by setting, by the class, by the volume", async () => {
    const trash = await rig.open({ holdMs: hourMs });
    await rig.client.create("storageclasses", {
      metadata: { name: "fleeting", annotations: { "ordinal.internal/trash-hold": "0" } },
      provisioner: "rancher.io/local-path",
    });
    const byClass = await rig.volume("one", { storageClassName: "fleeting" });
    await trash.put(byClass.place, byClass.volume);
    const byVolume = await rig.volume("two");
    const { metadata } = byVolume.volume;
    const said = { ...metadata, annotations: { ...metadata.annotations, "ordinal.internal/trash-hold": "0" } };
    await trash.put(byVolume.place, { ...byVolume.volume, metadata: said });
    await trash.stop();
    const other = await rig.open({ holdMs: 0 });
    const bySetting = await rig.volume("three");
    await other.put(bySetting.place, bySetting.volume);
    expect(await readdir(rig.base)).to.deep.equal([".trash"]);
    expect(await readdir(trashOf(rig.base))).to.deep.equal([".emptying"]);
    await until(async () => (await readdir(join(trashOf(rig.base), ".emptying"))).length === 0);
  });

  it("S13 keeps for as long as the class says, and by the setting where what it says cannot be read", async () => {
    const trash = await rig.open({ clock: createFakeClock(), holdMs: hourMs });
    for (const [name, said] of [
      ["week", "7d"],
      ["riddle", "a while"],
    ] as const) {
      await rig.client.create("storageclasses", {
        metadata: { name, annotations: { "ordinal.internal/trash-hold": said } },
        provisioner: "rancher.io/local-path",
      });
      const { place, volume } = await rig.volume(name, { storageClassName: name });
      await trash.put(place, volume);
    }
    const expiries = (await entries()).map(({ record }) => [record.claim.name, record.expires]);
    expect(Object.fromEntries(expiries)).to.deep.equal({
      week: "2026-01-08T00:00:00.000Z",
      riddle: "2026-01-01T01:00:00.000Z",
    });
  });

  it("gives a volume back with its bytes, the newest of its name or the one that is named, and by a rename", async () => {
    const trash = await rig.open();
    for (const text of ["first", "second"]) {
      const { place, volume } = await rig.volume("web");
      await writeFile(join(place.path, "data"), text);
      await trash.put(place, volume);
    }
    const [first] = await entries();
    const inode = (await nodeDisk.lstat(first?.path ?? "")).ino;
    const latest = rig.asking("web", "latest");
    expect(trash.filler.wants(latest.request.claim)).to.equal(true);
    expect(await trash.filler.fill(latest.plan, latest.request)).to.deep.equal({ ok: true, value: undefined });
    expect(await bytesAt(latest.plan.path)).to.equal("second");
    const named = rig.asking("other", first?.record.entry ?? "");
    expect((await trash.filler.fill(named.plan, named.request)).ok).to.equal(true);
    expect(await bytesAt(named.plan.path)).to.equal("first");
    expect((await nodeDisk.lstat(named.plan.path)).ino).to.equal(inode);
    expect(await entries()).to.deep.equal([]);
  });

  it("refuses in words what cannot be given back, and changes nothing", async () => {
    const trash = await rig.open();
    const fill = async (from: string, claim = "web", size = "1Gi"): Promise<string> => {
      const { plan, request } = rig.asking(claim, from, { size });
      const result = await trash.filler.fill(plan, request);
      return result.ok ? "filled" : result.error;
    };
    expect(await fill("latest")).to.equal(
      "no volume of a claim default/web is in the trash; there is nothing in it of namespace default",
    );
    const { place, volume } = await rig.volume("web");
    await trash.put(place, volume);
    expect(await fill("web-0")).to.match(
      /^"web-0" is not in the trash; there are web-[0-9a-f]{12} \(claim web, 1Gi, deleted 20/,
    );
    expect(await fill("../../etc")).to.contain('"../../etc" is not in the trash');
    const image = await rig.volume("image");
    const { metadata } = image.volume;
    const annotations = { "pv.kubernetes.io/provisioned-by": "local-image.ordinal.internal" };
    await trash.put(image.place, { ...image.volume, metadata: { ...metadata, annotations } });
    expect(await fill("latest", "image")).to.contain(
      "is a volume of local-image.ordinal.internal, and the class is one of rancher.io",
    );
    const { plan, request } = rig.asking("image", "latest", { size: "500Mi" });
    const storageClass = { ...request.storageClass, provisioner: "local-image.ordinal.internal" };
    const small = await trash.filler.fill(plan, { ...request, storageClass });
    expect(small).to.have.property("error").that.contains("is an image of 1Gi, and the claim asks for 500Mi");
    const full = rig.asking("web", "latest");
    await mkdir(full.plan.path);
    await writeFile(join(full.plan.path, "data"), "precious");
    expect(await trash.filler.fill(full.plan, full.request))
      .to.have.property("error")
      .that.contains("is in the way");
    expect(await bytesAt(full.plan.path)).to.equal("precious");
    expect((await names()).toSorted()).to.deep.equal(["image", "web"]);
  });

  it("says that a volume cannot come from another file system", async () => {
    const disk: Disk = {
      ...nodeDisk,
      async rename(from, to) {
        if (String(from).includes(".trash/web") && !String(to).includes(".trash"))
          throw Object.assign(new Error("EXDEV"), { code: "EXDEV" });
        await nodeDisk.rename(from, to);
      },
    };
    const trash = await rig.open({ disk });
    const { place, volume } = await rig.volume("web");
    await trash.put(place, volume);
    const { plan, request } = rig.asking("web", "latest");
    expect(await trash.filler.fill(plan, request))
      .to.have.property("error")
      .that.contains("is on another file system than");
    expect(await names()).to.deep.equal(["web"]);
  });

  it("S25 never leaves the base, and follows no link", async () => {
    const trash = await rig.open({ holdMs: 0 });
    const outside = join(rig.dir, "precious");
    await mkdir(outside);
    await writeFile(join(outside, "data"), "bytes");
    const { volume, place } = await rig.volume("web");
    const refused = [outside, rig.base, `${rig.base}/../precious`, `${rig.base}/x/../../precious`, trashOf(rig.base)];
    await symlink(outside, join(rig.base, "link"));
    for (const path of [...refused, join(rig.base, "link/data"), "relative"]) {
      const error: unknown = await trash.put({ base: rig.base, path }, volume).catch((thrown: unknown) => thrown);
      expect(String(error), path).to.contain("will not touch");
    }
    await trash.put({ base: rig.base, path: join(rig.base, "link") }, volume);
    await symlink(outside, join(place.path, "out"));
    await symlink(outside, join(place.path, "deep/out"));
    await trash.put(place, volume);
    expect(await bytesAt(outside)).to.equal("bytes");
    expect(await readdir(rig.base)).to.deep.equal([".trash"]);
  });

  it("takes away trees deeper than a path can name, wider than a batch, and closed to their owner", async () => {
    const trash = await rig.open({ holdMs: 0 });
    const { volume, place } = await rig.volume("web");
    let top = place.path;
    for (let depth = 0; depth < 4; depth += 1) {
      const chain = Array.from({ length: 20 }, () => "d".repeat(100)).join("/");
      const below = join(rig.dir, "below");
      await mkdir(join(below, chain), { recursive: true });
      // What is there already goes to the end of the new chain, so that no call names the whole path.
      await rename(top, join(below, chain, "top"));
      await rename(below, place.path);
      top = place.path;
    }
    for (let index = 0; index < 300; index += 1) await mkdir(join(place.path, `wide-${index}`), { mode: 0o000 });
    await trash.put(place, volume);
    expect(await readdir(rig.base)).to.deep.equal([".trash"]);
    await until(async () => (await readdir(join(trashOf(rig.base), ".emptying"))).length === 0);
  });

  it("takes away files and directories whose names are no text", async () => {
    const trash = await rig.open({ holdMs: 0 });
    const { volume, place } = await rig.volume("web");
    const named = (...bytes: readonly number[]): Buffer =>
      Buffer.concat([Buffer.from(`${place.path}/`), Buffer.from(bytes)]);
    await mkdir(named(0x64, 0xff, 0xfe));
    await writeFile(Buffer.concat([named(0x64, 0xff, 0xfe), Buffer.from("/"), Buffer.from([0xc3, 0x28])]), "x");
    await writeFile(named(0xff), "x");
    await trash.put(place, volume);
    await until(async () => (await readdir(join(trashOf(rig.base), ".emptying"))).length === 0);
  });

  it("takes up what an earlier process has left", async () => {
    const emptying = join(trashOf(rig.base), ".emptying");
    await mkdir(join(emptying, "half/done"), { recursive: true });
    await writeFile(join(trashOf(rig.base), ".web-0.json.new"), "{");
    const { lines, log } = recordingLog();
    await rig.open({ log });
    await until(async () => (await readdir(emptying)).length === 0);
    expect(await readdir(trashOf(rig.base))).to.deep.equal([".emptying"]);
    expect(lines).to.deep.equal([]);
  });

  it("remembers bases of its own accord, and does not take a disk that is not mounted for one whose volumes are gone", async () => {
    const base = join(rig.dir, "other");
    await mkdir(base);
    const trash = await rig.open();
    const { volume } = await rig.volume("web");
    const place = { base, path: join(base, "web") };
    await mkdir(place.path);
    await trash.put(place, volume);
    await trash.put(place, volume);
    expect(await readKnownBases(rig.base, nodeDisk)).to.deep.equal([rig.base, base]);
    await rename(base, `${base}.unmounted`);
    await mkdir(base);
    const error: unknown = await trash.put({ base, path: join(base, "db") }, volume).catch((thrown: unknown) => thrown);
    expect(String(error)).to.contain("bring the volumes back");
    await rm(base, { recursive: true });
    await rename(`${base}.unmounted`, base);
    expect((await entries(base)).map(({ record }) => record.path)).to.deep.equal([place.path]);
  });

  it("on a full disk gives up what is oldest, and at last the volume itself, so that deleting always frees room", async () => {
    let roomFor = 1;
    const disk: Disk = {
      ...nodeDisk,
      async open(path, ...rest) {
        if (String(path).endsWith(".json.new") && roomFor-- <= 0)
          throw Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" });
        return await nodeDisk.open(path, ...rest);
      },
      statfs: fullDisk,
    };
    const { lines, log } = recordingLog();
    const trash = await rig.open({ disk, log, checkMs: hourMs });
    const old = await rig.volume("old");
    await trash.put(old.place, old.volume);
    expect(await names()).to.deep.equal(["old"]);
    const { place, volume } = await rig.volume("web");
    await trash.put(place, volume);
    expect(await names()).to.deep.equal([]);
    expect(await readdir(rig.base)).to.deep.equal([".trash"]);
    expect(lines).to.deep.equal([
      "warn the disk is full: an entry of the trash was removed",
      "warn the disk is full: a deleted volume is removed at once and not kept",
    ]);
  });

  it("keeps the record readable by its owner alone", async () => {
    const trash = await rig.open();
    const { place, volume } = await rig.volume("web");
    await trash.put(place, volume);
    expect((await nodeDisk.lstat(trashOf(rig.base))).mode & 0o777).to.equal(0o700);
    const [entry] = await entries();
    const text = await readFile(join(trashOf(rig.base), `${entry?.record.entry}.json`), "utf8");
    expect(JSON.parse(text)).to.deep.equal(entry?.record);
  });
});

/** No byte is free, whatever is removed. */
const fullDisk = (async (path: string, options?: { bigint: true }) => {
  const found = await nodeDisk.statfs(path, { ...options, bigint: true });
  return { ...found, bavail: 0n };
}) as Disk["statfs"];

function recordingLog(): { readonly lines: readonly string[]; readonly log: Logger } {
  const lines: string[] = [];
  const warn = (message: string, _fields?: Fields): void => {
    lines.push(`warn ${message}`);
  };
  return { lines, log: { ...silentLogger, warn } };
}

async function until(isIt: () => Promise<boolean>): Promise<void> {
  const tooLong = AbortSignal.timeout(20_000);
  while (!(await isIt())) tooLong.throwIfAborted();
}
