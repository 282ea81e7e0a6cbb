import { chmod, lstat, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { nodeDisk } from "./disk.ts";
import { holdDirectory } from "./held-directory.ts";
import { removeTree } from "./remove-tree.ts";

describe("removing a tree", () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "remove-tree-"));
  });
  afterEach(async () => {
    await rm(dir, { recursive: true, force: true });
  });

  it("S13 takes every name and every depth, and follows no link", async () => {
    const outside = join(dir, "outside");
    await mkdir(join(dir, "tree", "closed"), { recursive: true });
    await mkdir(outside);
    await writeFile(join(outside, "precious"), "bytes");
    await symlink(outside, join(dir, "tree", "link"));
    await writeFile(join(dir, "tree", "closed", "file"), "");
    await chmod(join(dir, "tree", "closed", "file"), 0);
    await writeFile(Buffer.concat([Buffer.from(`${dir}/tree/`), Buffer.from([0xff, 0x0a, 0x2a])]), "no text");
    await makeDeep(join(dir, "tree"), 100);
    await removeTree(nodeDisk, join(dir, "tree"));
    expect(await readdir(dir)).to.deep.equal(["outside"]);
    expect(await readdir(outside)).to.deep.equal(["precious"]);
  });

  it("S13 removes a link or a file that stands in its place, and is content with nothing", async () => {
    await mkdir(join(dir, "outside"));
    await symlink(join(dir, "outside"), join(dir, "link"));
    await removeTree(nodeDisk, join(dir, "link"));
    await removeTree(nodeDisk, join(dir, "link"));
    expect((await lstat(join(dir, "outside"))).isDirectory()).to.equal(true);
    expect(await readdir(dir)).to.deep.equal(["outside"]);
  });

  /** Far deeper than any path may be long, and than may be open at once where it matters. */
  async function makeDeep(path: string, levels: number): Promise<void> {
    let at = await holdDirectory(nodeDisk, path);
    const all = [at];
    const name = Buffer.alloc(200, "deep");
    for (let level = 0; level < levels; level += 1) {
      await mkdir(at.at(name));
      at = await at.enter(name);
      all.push(at);
    }
    await writeFile(at.at(Buffer.from("bottom")), "");
    for (const each of all.toReversed()) await each.close();
  }
});
