import { mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { syncDirectory, writeDurably } from "./durable.ts";
import { createPoweredDisk } from "./power.fixture.ts";

describe("a disk whose power goes", () => {
  let root: string;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "ordinal-power-"));
  });
  afterEach(async () => await rm(root, { recursive: true }));

  it("forgets directories, files, bytes, renames and removals that were not synced, and keeps what was", async () => {
    await mkdir(join(root, "old"));
    const { disk, cut } = await createPoweredDisk(root);
    await writeDurably(disk, join(root, "kept"), "bytes");
    await disk.mkdir(join(root, "forgotten"));
    await disk.rmdir(join(root, "old"));
    const handle = await disk.open(join(root, "kept"), "a");
    await handle.writeFile(" and more");
    await handle.close();
    await cut();
    expect((await readdir(root)).toSorted()).to.deep.equal(["kept", "old"]);
    expect(await readFile(join(root, "kept"), "utf8")).to.equal("bytes");
    await disk.mkdir(join(root, "new"));
    await syncDirectory(disk, root);
    await disk.rename(join(root, "old"), join(root, "new/moved"));
    await syncDirectory(disk, join(root, "new"));
    await cut();
    expect((await readdir(root)).toSorted()).to.deep.equal(["kept", "new"]);
    expect(await readdir(join(root, "new"))).to.deep.equal(["moved"]);
  });

  it("has a rename from one directory to another whole or not at all, whatever luck each of them has", async () => {
    for (let mask = 0; mask < 16; mask += 1) {
      const dir = await mkdtemp(join(root, "round-"));
      for (const name of ["from", "to", "from/moved"]) await mkdir(join(dir, name));
      const { disk, cut } = await createPoweredDisk(dir);
      await disk.rename(join(dir, "from/moved"), join(dir, "to/moved"));
      const luck = [1, 2, 4, 8].map((bit) => (mask & bit) !== 0);
      await cut(() => luck.pop() ?? false);
      const places = await Promise.all(["from", "to"].map(async (name) => await readdir(join(dir, name))));
      expect(places.flat()).to.deep.equal(["moved"]);
    }
  });

  it("has a rename whole when one of its directories was synced", async () => {
    for (const synced of ["from", "to"]) {
      const dir = await mkdtemp(join(root, "round-"));
      for (const name of ["from", "to", "from/moved"]) await mkdir(join(dir, name));
      const { disk, cut } = await createPoweredDisk(dir);
      await disk.rename(join(dir, "from/moved"), join(dir, "to/renamed"));
      await syncDirectory(disk, join(dir, synced));
      await cut();
      expect(await readdir(join(dir, "from"))).to.deep.equal([]);
      expect(await readdir(join(dir, "to"))).to.deep.equal(["renamed"]);
    }
  });
});
