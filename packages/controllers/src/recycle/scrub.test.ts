import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, realpath, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { scrub } from "./scrub.ts";

const run = promisify(execFile);
const { signal } = new AbortController();

describe("scrub", () => {
  let base: string;
  let volume: string;
  let outside: string;

  beforeEach(async () => {
    base = await realpath(await mkdtemp(join(tmpdir(), "scrub-")));
    volume = join(base, "volume");
    outside = join(base, "outside");
    await mkdir(volume);
    await mkdir(outside);
    await writeFile(join(outside, "precious"), "bytes");
  });
  afterEach(async () => {
    await rm(base, { recursive: true, force: true });
  });

  async function refusalOf(path: string): Promise<string> {
    return await scrub(path, signal).then(
      () => "scrubbed",
      (error: unknown) => (error as Error).message,
    );
  }

  it("S15 removes everything, dot files and names that are not UTF-8 too, and leaves the directory", async () => {
    await mkdir(join(volume, "a", "b"), { recursive: true });
    await writeFile(join(volume, "a", "b", "file"), "bytes");
    await writeFile(join(volume, ".hidden"), "bytes");
    await writeFile(join(volume, "..two"), "bytes");
    await writeFile(Buffer.concat([Buffer.from(`${volume}/`), Buffer.from([0xff, 0xfe])]), "bytes");
    await scrub(volume, signal);
    expect(await readdir(volume)).to.deep.equal([]);
  });

  it("S15 removes symlinks and never what they lead to", async () => {
    await symlink(outside, join(volume, "directory"));
    await symlink(join(outside, "precious"), join(volume, "file"));
    await symlink("/", join(volume, "root"));
    await scrub(volume, signal);
    expect(await readdir(volume)).to.deep.equal([]);
    expect(await readFile(join(outside, "precious"), "utf8")).to.equal("bytes");
  });

  it("S15 refuses a volume's path that is a symlink or leads over one", async () => {
    await symlink(outside, join(base, "link"));
    await mkdir(join(outside, "inner"));
    expect(await refusalOf(join(base, "link"))).to.match(/ELOOP|ENOTDIR/);
    expect(await refusalOf(join(base, "link", "inner"))).to.contain("must not contain symlinks");
    expect((await readdir(outside)).toSorted()).to.deep.equal(["inner", "precious"]);
  });

  it("S15 reaches nothing outside while directories are swapped for symlinks", async () => {
    const names = Array.from({ length: 40 }, (_, number) => `d${number}`);
    for (const name of names) {
      await mkdir(join(volume, name, "deep"), { recursive: true });
      await writeFile(join(volume, name, "deep", "file"), "bytes");
    }
    const swapping = names.map(async (name) => {
      // Whichever of the two comes first may find nothing there any more.
      await rename(join(volume, name), join(base, `away-${name}`)).catch(() => {});
      await symlink(outside, join(volume, name)).catch(() => {});
    });
    const scrubbing = refusalOf(volume);
    await Promise.all(swapping);
    await scrubbing;
    await scrub(volume, signal);
    expect(await readdir(volume)).to.deep.equal([]);
    expect(await readFile(join(outside, "precious"), "utf8")).to.equal("bytes");
  });

  it("S15 gets to the bottom of a tree that is deeper than any path can say", async () => {
    // Each part is made at the top and the rest hung into it, because no path may be that long.
    const part = Array.from({ length: 40 }, () => "directory-in-directory").join("/");
    for (let count = 0; count < 8; count += 1) {
      await mkdir(join(volume, "next", part), { recursive: true });
      if (count > 0) await rename(join(volume, "tree"), join(volume, "next", part, "rest"));
      await rename(join(volume, "next"), join(volume, "tree"));
    }
    await scrub(volume, signal);
    expect(await readdir(volume)).to.deep.equal([]);
  });

  it("S15 stops when it is told to, and goes on when it is started again", async () => {
    for (let count = 0; count < 100; count += 1) await writeFile(join(volume, `f${count}`), "bytes");
    const ending = new AbortController();
    const scrubbing = scrub(volume, ending.signal).catch((error: unknown) => (error as Error).name);
    ending.abort();
    expect(await scrubbing).to.equal("AbortError");
    expect((await readdir(volume)).length).to.be.greaterThan(0);
    await scrub(volume, signal);
    expect(await readdir(volume)).to.deep.equal([]);
  });

  it("S15 leaves alone what is mounted inside, and says so", async function () {
    if (process.getuid?.() !== 0) {
      this["skipReason"] = "needs root, to mount in a namespace of its own";
      this.skip();
    }
    const mounted = join(volume, "mounted");
    await mkdir(mounted);
    const script = `mount -t tmpfs none '${mounted}' && echo kept > '${mounted}/file' && '${process.execPath}' '${join(import.meta.dirname, "scrub-mounted.fixture.ts")}' '${volume}' && cat '${mounted}/file'`;
    const { stdout } = await run("unshare", ["--mount", "--propagation", "private", "sh", "-c", script]);
    expect(stdout).to.contain("mounted is a mount point").and.to.contain("kept");
  });
});
