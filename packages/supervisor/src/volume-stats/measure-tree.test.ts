import { execFile } from "node:child_process";
import { link, mkdir, mkdtemp, open, readdir, rename, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { measureTree } from "./measure-tree.ts";

const run = promisify(execFile);

describe("measureTree", () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "ordinal-usage-"));
  });
  afterEach(async () => {
    await rm(dir, { recursive: true });
  });

  /** What `du` says, which knows nothing of ours. */
  async function du(directory: string) {
    const first = async (...flags: readonly string[]): Promise<number> =>
      Number((await run("du", ["-sx", ...flags, directory])).stdout.split("\t")[0]);
    return { bytes: await first("-B1"), inodes: await first("--inodes"), isComplete: true };
  }

  it("S37 counts as du does: blocks and not lengths, hard links once, links and odd names as they are", async () => {
    const inside = join(dir, "a", "b");
    await mkdir(inside, { recursive: true });
    await writeFile(join(inside, "data"), Buffer.alloc(300_000, 1));
    await writeFile(join(inside, "sparse"), "");
    await truncate(join(inside, "sparse"), 2 ** 30);
    await link(join(inside, "data"), join(inside, "again"));
    await link(join(inside, "data"), join(dir, "and again"));
    await symlink("/usr", join(dir, "way out"));
    await symlink("nowhere", join(dir, "broken"));
    await writeFile(Buffer.concat([Buffer.from(`${dir}/`), Buffer.from([0xff, 0xfe, 0x0a])]), Buffer.alloc(10_000, 1));
    await run("mkfifo", [join(dir, "pipe")]);
    for (let index = 0; index < 200; index++) await writeFile(join(inside, `many-${index}`), "x");
    const usage = await measureTree(dir);
    expect(usage).to.deep.equal(await du(dir));
    expect(usage.bytes).to.be.within(310_000, 2_000_000);
    expect(usage.inodes).to.equal(3 + 2 + 2 + 1 + 1 + 200);
  });

  it("S37 follows a link to the volume itself, as mounting it does", async () => {
    await mkdir(join(dir, "real"));
    await writeFile(join(dir, "real", "data"), Buffer.alloc(50_000, 1));
    await symlink("real", join(dir, "link"));
    expect(await measureTree(join(dir, "link"))).to.deep.equal(await du(join(dir, "real")));
  });

  it("S37 survives directories that vanish, move and turn into links out of the volume while it looks", async () => {
    for (let index = 0; index < 40; index++) {
      await mkdir(join(dir, "tree", `d${index}`, "inner"), { recursive: true });
      await writeFile(join(dir, "tree", `d${index}`, "inner", "file"), "x");
    }
    const most = (await du(join(dir, "tree"))).inodes;
    const names = await readdir(join(dir, "tree"));
    // At every turn something else happens to a directory that the walk is about to enter.
    const pace = {
      async turn<T>(work: () => Promise<T>): Promise<T> {
        const result = await work();
        const name = names.pop();
        if (name === undefined) return result;
        await rename(join(dir, "tree", name), join(dir, `gone-${name}`));
        if (names.length % 2 === 0) await symlink("/usr", join(dir, "tree", name));
        return result;
      },
    };
    const usage = await measureTree(join(dir, "tree"), { pace });
    expect(names).to.deep.equal([]);
    expect(usage.inodes).to.be.within(1, most);
    expect(usage.isComplete).to.equal(true);
  });

  it("S37 says that it is not complete where a tree is too deep, and holds few files open", async () => {
    let deep = dir;
    for (let level = 0; level < 120; level++) deep = join(deep, "d");
    await mkdir(deep, { recursive: true });
    let mostOpen = 0;
    const pace = {
      async turn<T>(work: () => Promise<T>): Promise<T> {
        mostOpen = Math.max(mostOpen, (await readdir("/dev/fd")).length);
        return await work();
      },
    };
    const before = (await readdir("/dev/fd")).length;
    const usage = await measureTree(dir, { pace });
    expect(usage.isComplete).to.equal(false);
    expect(usage.inodes).to.equal(102);
    expect(mostOpen - before).to.be.within(100, 210);
    expect((await readdir("/dev/fd")).length).to.equal(before);
  });

  it("S37 ends when told to, and leaves nothing open", async () => {
    for (let index = 0; index < 300; index++) await writeFile(join(dir, `f${index}`), "");
    const before = (await readdir("/dev/fd")).length;
    const ending = new AbortController();
    let turns = 0;
    const pace = {
      async turn<T>(work: () => Promise<T>): Promise<T> {
        turns += 1;
        if (turns === 3) ending.abort(new Error("enough"));
        return await work();
      },
    };
    const failure = await measureTree(dir, { signal: ending.signal, pace }).catch((error: unknown) => error);
    expect(failure).to.be.an("error").with.property("message", "enough");
    expect(turns).to.equal(3);
    expect((await readdir("/dev/fd")).length).to.equal(before);
  });

  it("says that there is no such directory", async () => {
    const failure = await measureTree(join(dir, "none")).catch((error: unknown) => error);
    expect(failure).to.have.property("code", "ENOENT");
    await (await open(join(dir, "file"), "w")).close();
    expect(await measureTree(join(dir, "file")).catch((error: unknown) => error)).to.have.property("code", "ENOTDIR");
  });

  it("S37 enters no other file system", async function () {
    if (process.platform !== "linux" || process.getuid?.() !== 0) {
      this["skipReason"] = "needs root on Linux";
      this.skip();
    }
    await mkdir(join(dir, "inner"));
    const program = `import { measureTree } from ${JSON.stringify(join(import.meta.dirname, "measure-tree.ts"))};
      console.log(JSON.stringify(await measureTree(${JSON.stringify(dir)})));`;
    const script = `mount -t tmpfs tmpfs "$1/inner" && head -c 1000000 /dev/zero >"$1/inner/data" && exec "$2" --input-type=module-typescript -e "$3"`;
    const { stdout } = await run("unshare", ["--mount", "sh", "-c", script, "sh", dir, process.execPath, program]);
    expect(JSON.parse(stdout)).to.deep.include({ inodes: 1, isComplete: true });
  });
});
