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
});
