import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { PersistentVolume, VolumeSnapshot } from "@ordinal/api";
import { expect } from "chai";
import { createFate, type Fate } from "../disk/crashing-disk.fixture.ts";
import { nodeDisk } from "../disk/disk.ts";
import { eventually, putData, rancher, startProvisionerRig, type ProvisionerRig } from "../provisioner-rig.fixture.ts";

const bySnapshot = { apiGroup: "snapshot.storage.k8s.io", kind: "VolumeSnapshot", name: "before" };

/** Every so many steps one is tried: all of them take minutes. Each run begins at another one. */
const stride = 11;

describe("snapshots that are interrupted", function () {
  this.timeout(240_000);

  /** Takes a snapshot, makes a volume of it, and deletes it, with a provisioner that has this fate, and then with a sound one. */
  async function live(fate: Fate, goesOn: boolean): Promise<void> {
    const rig = await startProvisionerRig();
    try {
      await rig.client.create("volumesnapshotclasses", {
        metadata: { name: "local-path" },
        driver: rancher,
        deletionPolicy: "Delete",
      });
      const { first, source } = await prepare(rig);
      const doomed = await rig
        .start({ disk: fate.disk(nodeDisk), client: fate.client(rig.client) })
        .catch(() => undefined);
      // It says why and ends when it cannot start, and is then started again.
      if (doomed === undefined && !fate.isDead()) await rig.start();
      const walked = walk(rig, fate);
      if (goesOn) await walked;
      else {
        await Promise.race([walked.catch(() => {}), died(fate)]);
        // It does nothing any more; this only ends what waits in it.
        await doomed?.stop().catch(() => {});
        await rig.start();
        await walked.catch(() => {});
        await walk(rig, undefined);
      }
      await expectWhole(rig, { first, source });
    } finally {
      await rig.stop();
    }
  }

  async function prepare(rig: ProvisionerRig) {
    const maker = await rig.start();
    const first = await rig.claim("data");
    const source = await rig.bind(first);
    const at = { namespace: "default", name: "data" };
    await rig.client.patch("persistentvolumeclaims", at, {
      type: "merge",
      body: { status: { phase: "Bound" } },
      subresource: "status",
    });
    await putData(source, "monday");
    await mkdir(join(pathOf(source), "sub"));
    await writeFile(join(pathOf(source), "sub", "more"), "more");
    await maker.stop();
    return { first, source };
  }

  async function died(fate: Fate): Promise<void> {
    await eventually(async () => expect(fate.isDead()).to.equal(true));
  }

  /** What a user does, each step only if it has not been done. */
  async function walk(rig: ProvisionerRig, fate: Fate | undefined): Promise<void> {
    const isOver = (): boolean => fate?.isDead() === true;
    const { client } = rig;
    const at = { namespace: "default", name: "before" };
    const restored = { namespace: "default", name: "restored" };
    const hasClaim = await client.get("persistentvolumeclaims", restored).catch(() => undefined);
    if (hasClaim?.status?.phase !== "Bound") {
      const spec = { source: { persistentVolumeClaimName: "data" }, volumeSnapshotClassName: "local-path" };
      if ((await client.get("volumesnapshots", at).catch(() => undefined)) === undefined)
        await client.create("volumesnapshots", { metadata: at, spec });
      await eventually(async () => {
        if (isOver()) return;
        const { status }: VolumeSnapshot = await client.get("volumesnapshots", at);
        expect(status?.readyToUse).to.equal(true);
        const content = await client.get("volumesnapshotcontents", {
          name: status?.boundVolumeSnapshotContentName ?? "",
        });
        // Never a content that says it is ready without its bytes.
        expect(await readFile(join(content.status?.snapshotHandle ?? "", "data", "data"), "utf8")).to.equal("monday");
      });
      if (isOver()) return;
      const claim = hasClaim ?? (await rig.claim("restored", { spec: { dataSource: bySnapshot } }));
      await eventually(async () => {
        if (!isOver()) await client.get("persistentvolumes", { name: `pvc-${claim.metadata.uid}` });
      });
      if (isOver()) return;
      await rig.bind(claim);
      await client.patch("persistentvolumeclaims", restored, {
        type: "merge",
        body: { status: { phase: "Bound" } },
        subresource: "status",
      });
    }
    await client.delete("volumesnapshots", at).catch(() => undefined);
    await eventually(async () => {
      if (!isOver()) expect((await client.list("volumesnapshots")).items).to.deep.equal([]);
    });
  }

  async function expectWhole(
    rig: ProvisionerRig,
    { source }: { source: PersistentVolume; first: unknown },
  ): Promise<void> {
    const { client } = rig;
    expect((await client.list("volumesnapshotcontents")).items).to.deep.equal([]);
    const { items: volumes } = await client.list("persistentvolumes");
    expect(volumes.length).to.equal(2);
    for (const volume of volumes) {
      expect(await readFile(join(pathOf(volume), "data"), "utf8")).to.equal("monday");
      expect(await readFile(join(pathOf(volume), "sub", "more"), "utf8")).to.equal("more");
    }
    await eventually(async () => {
      expect(await readdir(join(rig.volumesDir, ".snapshots"))).to.deep.equal([]);
      expect((await rig.names()).length).to.equal(2);
      const { metadata } = await client.get("persistentvolumeclaims", { namespace: "default", name: "data" });
      expect(metadata.finalizers?.filter((each) => each.includes("snapshot"))).to.deep.equal([]);
    });
    expect(pathOf(source)).not.to.equal("");
  }

  const pathOf = (volume: PersistentVolume): string => volume.spec.hostPath?.path ?? "";

  it("S38 leaves no bytes without an object and no object without bytes, wherever the daemon is killed", async () => {
    const counting = createFate();
    await live(counting, true);
    const steps = counting.steps();
    expect(steps).to.be.greaterThan(60);
    for (let dieAt = 1 + (process.pid % stride); dieAt <= steps; dieAt += stride) {
      try {
        await live(createFate({ dieAt, isDone: dieAt % 2 === 0 }), false);
      } catch (error) {
        throw new Error(`killed at step ${dieAt} of ${steps}, ${counting.log[dieAt - 1]}`, { cause: error });
      }
    }
  });

  it("S38 ends in order also when it never reaches the API", async () => {
    await live(createFate({ dieAt: 1 }), false);
  });

  it("S38 goes on after errors of the disk", async () => {
    const counting = createFate();
    await live(counting, true);
    for (let from = 1 + (process.pid % stride); from <= counting.steps(); from += stride * 2) {
      const fate = createFate({ fail: { from, times: 2, code: from % 2 === 0 ? "EIO" : "ENOSPC" } });
      try {
        await live(fate, true);
      } catch (error) {
        throw new Error(`failing from step ${from}, ${fate.log[from - 1]}`, { cause: error });
      }
    }
  });
});
