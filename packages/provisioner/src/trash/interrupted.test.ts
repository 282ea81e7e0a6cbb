import { mkdir, readdir, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { silentLogger, systemClock } from "@ordinal/runtime";
import { expect } from "chai";
import { nodeDisk, type Disk } from "../disk/disk.ts";
import { discard } from "./discard.ts";
import { removeAllEmptying, removeEmptying } from "./empty.ts";
import { readTrash } from "./entries.ts";
import { trashOf } from "./layout.ts";
import { Death, mortalDisk, type MortalDisk } from "./mortal-disk.fixture.ts";
import { ensureTrash } from "./place.ts";
import { putInTrash } from "./put.ts";
import { restoreEntry } from "./restore.ts";
import { settleTrash } from "./settle.ts";
import { bytesAt, startTrashRig, type Asking, type Placed, type TrashRig } from "./trash-rig.fixture.ts";

const signal = new AbortController().signal;

describe("the trash when the process dies at any call", () => {
  let rig: TrashRig;

  beforeEach(async () => {
    rig = await startTrashRig();
  });
  afterEach(async () => {
    await rig.stop();
  });

  const put = async (disk: Disk, { place, volume }: Placed, holdMs = 60_000): Promise<void> => {
    const options = { place, volume, holdMs, now: systemClock.now(), log: silentLogger };
    const kept = await putInTrash(disk, options);
    if (kept.is === "emptying") await removeEmptying(disk, { base: place.base, name: kept.name, signal });
  };

  const restore = async (disk: Disk, asking: Asking): Promise<void> => {
    const result = await restoreEntry(disk, { bases: [rig.base], ...asking });
    expect(result.ok).to.equal(true);
  };

  /** What the next process does before anything else. */
  const takeUp = async (): Promise<void> => {
    await settleTrash(nodeDisk, { base: rig.base, client: rig.client });
    await removeAllEmptying(nodeDisk, { base: rig.base, signal });
  };

  const entries = async () => (await readTrash(nodeDisk, rig.base)).entries;

  /** Runs the work with a life more each time, until it lives to the end. `check` looks at what each death has left. */
  async function atEveryCall(
    prepare: () => Promise<(mortal: MortalDisk) => Promise<void>>,
    check: () => Promise<void>,
  ): Promise<number> {
    for (let lives = 0; ; lives += 1) {
      const work = await prepare();
      const mortal = mortalDisk(lives);
      try {
        await work(mortal);
      } catch (error) {
        if (!(error instanceof Death)) throw error;
      }
      await check();
      if (!mortal.isDead()) return lives;
    }
  }

  it("S13 keeps the bytes of a volume at one place, and repeating the deletion ends it", async () => {
    let placed: Placed;
    const deaths = await atEveryCall(
      async () => {
        placed = await rig.volume("web");
        return async ({ disk }) => put(disk, placed);
      },
      async () => {
        const found = (await entries()).find(({ record }) => record.volume.metadata.uid === placed.volume.metadata.uid);
        const places = [placed.place.path, ...(found === undefined ? [] : [found.path])];
        expect((await Promise.all(places.map(bytesAt))).filter((bytes) => bytes === "web")).to.have.lengthOf(1);
        await takeUp();
        await put(nodeDisk, placed);
        const [entry, ...others] = (await entries()).filter(
          ({ record }) => record.volume.metadata.uid === placed.volume.metadata.uid,
        );
        expect(others).to.deep.equal([]);
        expect(await bytesAt(entry?.path ?? "")).to.equal("web");
        expect(entry?.record.path).to.equal(placed.place.path);
        expect(await bytesAt(placed.place.path)).to.equal(undefined);
      },
    );
    expect(deaths).to.be.greaterThan(10);
    expect((await readTrash(nodeDisk, rig.base)).strays).to.deep.equal([]);
  });

  it("S13 leaves nothing of a volume that is not kept", async () => {
    let placed: Placed;
    const deaths = await atEveryCall(
      async () => {
        placed = await rig.volume("web");
        return async ({ disk }) => put(disk, placed, 0);
      },
      async () => {
        await takeUp();
        await put(nodeDisk, placed, 0);
        await takeUp();
        expect(await readdir(rig.base)).to.deep.equal([".trash"]);
        expect(await readdir(trashOf(rig.base))).to.deep.equal([".emptying"]);
        expect(await readdir(join(trashOf(rig.base), ".emptying"))).to.deep.equal([]);
      },
    );
    expect(deaths).to.be.greaterThan(10);
  });

  it("S42 restores: the bytes are in the trash with their record, or where the new volume is to be", async () => {
    let placed: Placed;
    let asking: Asking;
    let name = "";
    const deaths = await atEveryCall(
      async () => {
        name = `web-${crypto.randomUUID()}`;
        placed = await rig.volume(name);
        await put(nodeDisk, placed);
        const { spec } = rig.asking(name, "latest").request.claim;
        const wanted = { metadata: { name, namespace: "default" }, spec };
        const { metadata } = await rig.client.create("persistentvolumeclaims", wanted);
        asking = rig.asking(name, "latest", { uid: metadata.uid });
        // The beginning of a volume that an attempt without the trash may have left.
        await mkdir(asking.plan.path);
        return async ({ disk }) => restore(disk, asking);
      },
      async () => {
        const kept = await entries();
        const places = [asking.plan.path, ...kept.map(({ path }) => path)];
        expect((await Promise.all(places.map(bytesAt))).filter((bytes) => bytes === name)).to.have.lengthOf(1);
        // An older one must not be taken when the newest has been moved already.
        const older = await rig.volume(name);
        const options = { ...older, holdMs: 60_000, now: 1_000, log: silentLogger };
        await putInTrash(nodeDisk, options);
        await takeUp();
        await restore(nodeDisk, asking);
        expect(await bytesAt(asking.plan.path)).to.equal(name);
        expect((await entries()).map(({ record }) => record.volume.metadata.uid)).to.deep.equal([
          older.volume.metadata.uid,
        ]);
        await rig.client.delete("persistentvolumeclaims", { namespace: "default", name });
        await takeUp();
        expect((await readTrash(nodeDisk, rig.base)).absent).to.deep.equal([]);
        for (const { base, record } of await entries()) await emptied(base, record.entry);
        await removeVolume(asking.plan.path);
      },
    );
    expect(deaths).to.be.greaterThan(10);
  });

  it("gives an entry up whole: it can be had back, or nothing of it is left", async () => {
    let placed: Placed;
    const deaths = await atEveryCall(
      async () => {
        placed = await rig.volume("web");
        await put(nodeDisk, placed);
        const [entry] = await entries();
        const base = rig.base;
        return async ({ disk }) => {
          const name = await discard(disk, { base, entry: entry?.record.entry ?? "" });
          await removeEmptying(disk, { base, name: name ?? "", signal });
        };
      },
      async () => {
        const [entry] = await entries();
        if (entry !== undefined) {
          expect(await bytesAt(entry.path)).to.equal("web");
          expect(await bytesAt(join(entry.path, "deep/er"))).to.equal("web");
          await emptied(rig.base, entry.record.entry);
        }
        await takeUp();
        expect(await readdir(trashOf(rig.base))).to.deep.equal([".emptying"]);
        expect(await readdir(join(trashOf(rig.base), ".emptying"))).to.deep.equal([]);
      },
    );
    expect(deaths).to.be.greaterThan(10);
  });

  it("has on disk whatever it has said to be done, both ends of every rename", async () => {
    const { disk, calls } = mortalDisk();
    const placed = await rig.volume("web");
    await ensureTrash(nodeDisk, rig.base);
    await put(disk, placed);
    const asking = rig.asking("web", "latest");
    await restore(disk, asking);
    const renames = calls.flatMap((call, index) => {
      const ends = /^rename (?<from>.+) -> (?<to>.+)$/.exec(call)?.groups;
      return ends === undefined ? [] : [{ index, ends: [ends["from"] ?? "", ends["to"] ?? ""] }];
    });
    expect(renames.length).to.equal(4);
    for (const { index, ends } of renames) {
      for (const end of ends) expect(calls.slice(index), `after ${calls[index]}`).to.include(`sync ${join(end, "..")}`);
    }
  });

  async function emptied(base: string, entry: string): Promise<void> {
    const name = await discard(nodeDisk, { base, entry });
    await removeEmptying(nodeDisk, { base, name: name ?? "", signal });
  }

  async function removeVolume(path: string): Promise<void> {
    await nodeDisk.rename(path, join(trashOf(rig.base), ".emptying", "done"));
    await removeAllEmptying(nodeDisk, { base: rig.base, signal });
    await rmdir(path).catch(() => undefined);
  }
});
