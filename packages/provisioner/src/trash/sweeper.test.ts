import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { createFakeClock, silentLogger, type FakeClock } from "@ordinal/runtime";
import { expect } from "chai";
import { nodeDisk, type Disk } from "../disk/disk.ts";
import { readTrash } from "./entries.ts";
import { trashOf } from "./layout.ts";
import { startTrashRig, type TrashRig } from "./trash-rig.fixture.ts";

const hourMs = 3_600_000;

describe("the trash in the background", () => {
  let rig: TrashRig;
  let clock: FakeClock;

  beforeEach(async () => {
    rig = await startTrashRig();
    clock = createFakeClock();
  });
  afterEach(async () => {
    await rig.stop();
  });

  const names = async (): Promise<readonly string[]> =>
    (await readTrash(nodeDisk, rig.base)).entries.map(({ record }) => record.claim.name);

  /** Lets rounds pass until it is so. */
  async function passing(isIt: () => Promise<boolean>): Promise<void> {
    const tooLong = AbortSignal.timeout(20_000);
    while (!(await isIt())) {
      tooLong.throwIfAborted();
      await clock.advance(10_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async function putOne(trash: Awaited<ReturnType<TrashRig["open"]>>, name: string): Promise<void> {
    const { place, volume } = await rig.volume(name);
    await trash.put(place, volume);
  }

  it("S13 removes what has expired and nothing else, also what an earlier process has put there", async () => {
    const earlier = await rig.open({ clock, checkMs: 10_000, holdMs: hourMs });
    await putOne(earlier, "one");
    await clock.advance(hourMs / 2);
    await putOne(earlier, "two");
    await earlier.stop();
    await rig.open({ clock, checkMs: 10_000, holdMs: 100 * hourMs });
    await passing(async () => (await names()).length < 2);
    expect(await names()).to.deep.equal(["two"]);
    expect(clock.now()).to.be.at.least(Date.UTC(2026, 0, 1, 1));
    await passing(async () => (await readdir(trashOf(rig.base))).length === 1);
    expect(clock.now()).to.be.at.least(Date.UTC(2026, 0, 1, 1, 30));
  });

  it("keeps what a claim is waiting for, however long", async () => {
    const trash = await rig.open({ clock, checkMs: 10_000, holdMs: hourMs });
    await putOne(trash, "web");
    await putOne(trash, "other");
    const { spec } = rig.asking("web", "latest").request.claim;
    const annotations = { "ordinal.internal/restore-from": "latest" };
    await rig.client.create("persistentvolumeclaims", {
      metadata: { name: "web", namespace: "default", annotations },
      spec,
    });
    await clock.advance(2 * hourMs);
    await passing(async () => (await names()).length < 2);
    await clock.advance(hourMs);
    expect(await names()).to.deep.equal(["web"]);
  });

  it("under disk pressure removes the oldest until there is room, and says so on the node", async () => {
    await rig.client.create("nodes", { metadata: { name: "ordinal" } });
    const trash = await rig.open({
      clock,
      checkMs: 10_000,
      disk: diskOf(async () => 100n - 30n * BigInt((await names()).length)),
      minFree: { percent: 50 },
    });
    for (const name of ["one", "two", "three"]) {
      await putOne(trash, name);
      await clock.advance(1);
    }
    await passing(async () => (await names()).length < 2);
    expect(await names()).to.deep.equal(["three"]);
    const event = await firstEvent("TrashEmptied");
    expect(event.involvedObject).to.include({ kind: "Node", name: "ordinal" });
    expect(event.message).to.match(
      /^Less than 50% of the file system of .* removed from the trash, oldest first: one-.*, two-/,
    );
  });

  it("says it once when nothing is left to remove", async () => {
    await rig.client.create("nodes", { metadata: { name: "ordinal" } });
    const lines: string[] = [];
    const log = { ...silentLogger, warn: (line: string) => void lines.push(line) };
    const minFree = { bytes: 50n };
    const trash = await rig.open({ clock, log, checkMs: 10_000, disk: diskOf(async () => 20n), minFree });
    await putOne(trash, "one");
    await passing(async () => (await names()).length === 0);
    expect((await firstEvent("FreeDiskSpaceFailed")).message).to.contain("(20 of 100 bytes are free)");
    await putOne(trash, "two");
    await passing(async () => (await names()).length === 0);
    expect(lines.filter((line) => line.includes("nothing in the trash can be removed"))).to.have.lengthOf(1);
  });

  it("makes room for one who has none, no more than needed", async () => {
    const disk = diskOf(async () => 100n - 30n * BigInt((await names()).length));
    const trash = await rig.open({ clock, disk });
    for (const name of ["one", "two", "three"]) {
      await putOne(trash, name);
      await clock.advance(1);
    }
    expect(await trash.makeRoom(rig.base, 35n)).to.equal(true);
    expect(await names()).to.deep.equal(["two", "three"]);
    expect(await trash.makeRoom(rig.base, 35n)).to.equal(false);
  });

  it("makes room once for many who have none at the same moment", async () => {
    const emptying = async (): Promise<number> => (await readdir(join(trashOf(rig.base), ".emptying"))).length;
    // What is removed is free when it is gone, and not when it is no entry any more.
    const disk = diskOf(async () => 100n - 30n * BigInt((await names()).length + (await emptying())));
    const trash = await rig.open({ clock, disk });
    for (const name of ["one", "two", "three"]) {
      await putOne(trash, name);
      await clock.advance(1);
    }
    await Promise.all(Array.from({ length: 8 }, async () => await trash.makeRoom(rig.base, 35n)));
    expect(await names()).to.deep.equal(["two", "three"]);
  });

  it("leaves the removal of a large tree to the next start, which goes on with it", async () => {
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    const { promise: hold, resolve: go } = Promise.withResolvers<void>();
    const disk: Disk = {
      ...nodeDisk,
      async rmdir(path) {
        begin();
        await hold;
        await nodeDisk.rmdir(path);
      },
    };
    const trash = await rig.open({ disk, holdMs: 0 });
    const put = putOne(trash, "web");
    await begun;
    const stopped = trash.stop();
    go();
    await Promise.all([put, stopped]);
    const emptying = join(trashOf(rig.base), ".emptying");
    expect(await readdir(emptying)).not.to.deep.equal([]);
    await rig.open();
    const tooLong = AbortSignal.timeout(20_000);
    while ((await readdir(emptying)).length > 0) tooLong.throwIfAborted();
  });

  /** Events are written a moment after they happened. */
  async function firstEvent(reason: string) {
    const found = async () => (await rig.client.list("events")).items.find((event) => event.reason === reason);
    await passing(async () => (await found()) !== undefined);
    const event = await found();
    if (event === undefined) throw new Error(`event ${reason} has gone`);
    return event;
  }
});

/** A file system of 100 bytes. */
function diskOf(freeBytes: () => Promise<bigint>): Disk {
  const statfs = (async (path: string) => {
    const found = await nodeDisk.statfs(path, { bigint: true });
    return { ...found, bsize: 1n, blocks: 100n, bavail: await freeBytes() };
  }) as unknown as Disk["statfs"];
  return { ...nodeDisk, statfs };
}
