import { execFile } from "node:child_process";
import {
  appendFile,
  lstat,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rename,
  rm,
  symlink,
  unlink,
  writeFile,
} from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { systemClock } from "@ordinal/runtime";
import { expect } from "chai";
import { nodeDisk, type Disk } from "../../disk/disk.ts";
import { removeTree } from "../../disk/remove-tree.ts";
import { createCloneSupport } from "./clone-support.ts";
import { copyVolume, type Progress, type VolumeCopy, type VolumeCopyOptions } from "./copy-volume.ts";
import { hostTools } from "./tools.ts";
import { describeTree, makeTree } from "./trees.fixture.ts";

const run = promisify(execFile);
const fullDisk: unknown = async () => ({ bavail: 0, bsize: 4096 });

describe("a copy of a volume", () => {
  let dir: string;
  let from: string;
  let draft: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "copy-volume-"));
    from = join(dir, "volume");
    draft = join(dir, "draft");
    await mkdir(from);
    await mkdir(draft);
  });
  afterEach(async () => {
    await removeTree(nodeDisk, dir);
  });

  async function copy(changes: Partial<VolumeCopyOptions> = {}): Promise<VolumeCopy> {
    const { signal } = new AbortController();
    const clones = createCloneSupport(nodeDisk);
    return await copyVolume({
      disk: nodeDisk,
      tools: hostTools,
      clock: systemClock,
      clones,
      from,
      draft,
      signal,
      ...changes,
    });
  }

  const copied = (name: string): Promise<string> => readFile(join(draft, "data", name), "utf8");

  it("S38 has everything the volume has: bytes, names of every kind, links, holes, owners, modes and times", async () => {
    await makeTree(from);
    const { consistency, leftOut, ownersLost } = await copy();
    expect([...(await describeTree(join(draft, "data")))]).to.deep.equal([...(await describeTree(from))]);
    expect(consistency).to.deep.equal({ is: "crash-consistent" });
    expect({ leftOut, ownersLost }).to.deep.equal({ leftOut: { sockets: 0, devices: 0, mounts: 0 }, ownersLost: 0 });
    const [sparse, root] = [await lstat(join(draft, "data", "sparse")), await lstat(join(draft, "data"))];
    expect(sparse.size).to.equal(64 * 1_048_576);
    expect(sparse.blocks * 512).to.be.lessThan(1_048_576);
    expect(root.mode).to.equal((await lstat(from)).mode);
    expect(await readdir(draft)).to.deep.equal(["data"]);
  });

  it("S38 leaves out sockets and devices, and says how many", async function () {
    const server = createServer().listen(join(from, "socket"));
    try {
      const isRoot = process.getuid?.() === 0;
      if (isRoot) await run("mknod", [join(from, "null"), "c", "1", "3"]);
      await writeFile(join(from, "file"), "bytes");
      const { leftOut } = await copy();
      expect(leftOut).to.deep.equal({ sockets: 1, devices: isRoot ? 1 : 0, mounts: 0 });
      expect(await readdir(join(draft, "data"))).to.deep.equal(["file"]);
    } finally {
      server.close();
    }
  });

  it("S38 keeps extended attributes and access control lists where the programs for them are there", async function () {
    await writeFile(join(from, "file"), "bytes");
    const set = await run("setfattr", ["-n", "user.colour", "-v", "blue", join(from, "file")]).catch(
      (error: unknown) => error,
    );
    if (set instanceof Error) {
      this["skipReason"] = "needs setfattr and a file system with extended attributes";
      this.skip();
    }
    expect((await copy()).attributesLost).to.equal(undefined);
    const { stdout } = await run("getfattr", ["--only-values", "-n", "user.colour", join(draft, "data", "file")]);
    expect(stdout).to.equal("blue");
  });

  it("S38 follows no link that a pod puts in the place of a directory while it is copied", async () => {
    const outside = join(dir, "outside");
    await mkdir(outside);
    await writeFile(join(outside, "secret"), "secret");
    await mkdir(join(from, "inner"));
    await writeFile(join(from, "inner", "secret"), "mine");
    // Exchanged at the worst moment: between the look at the directory and the look into it.
    const disk = meddling(async (path) => {
      if (!path.endsWith("/inner")) return false;
      await rename(join(from, "inner"), join(from, "moved"));
      await symlink(outside, join(from, "inner"));
      return true;
    });
    await copy({ disk });
    expect([...(await describeTree(join(draft, "data")))]).to.deep.equal([...(await describeTree(from))]);
    expect(await copied("moved/secret")).to.equal("mine");
    expect((await lstat(join(draft, "data", "inner"))).isSymbolicLink()).to.equal(true);
  });

  it("S38 follows no link that takes the place of a file, and waits for no pipe", async () => {
    await writeFile(join(from, "file"), "bytes");
    await writeFile(join(from, "other"), "bytes");
    await writeFile(join(dir, "secret"), "secret");
    const disk = meddling(async (path) => {
      if (!path.endsWith("/file")) return false;
      await unlink(join(from, "file"));
      await symlink(join(dir, "secret"), join(from, "file"));
      await unlink(join(from, "other"));
      await run("mkfifo", [join(from, "other")]);
      return true;
    });
    await copy({ disk });
    expect([...(await describeTree(join(draft, "data")))]).to.deep.equal([...(await describeTree(from))]);
  });

  it("S38 copies again what changed meanwhile, until it has one moment", async () => {
    await writeFile(join(from, "one"), "first");
    await writeFile(join(from, "two"), "first");
    await mkdir(join(from, "gone"));
    let rounds = 0;
    const tools = {
      ...hostTools,
      async copyExtendedAttributes() {
        rounds += 1;
        if (rounds > 2) return undefined;
        await writeFile(join(from, "one"), `after round ${rounds}`);
        await writeFile(join(from, `new-${rounds}`), "");
        await rm(join(from, "gone"), { recursive: true, force: true });
        return undefined;
      },
    };
    expect((await copy({ tools })).consistency).to.deep.equal({ is: "crash-consistent" });
    expect(await copied("one")).to.equal("after round 2");
    expect([...(await describeTree(join(draft, "data")))]).to.deep.equal([...(await describeTree(from))]);
  });

  it("S38 says how many files would not stand still", async () => {
    await writeFile(join(from, "quiet"), "");
    let rounds = 0;
    const tools = {
      ...hostTools,
      async copyExtendedAttributes() {
        rounds += 1;
        await appendFile(join(from, "log"), "line\n");
        await appendFile(join(from, "journal"), "line\n");
        return undefined;
      },
    };
    expect((await copy({ tools })).consistency).to.deep.equal({ is: "fuzzy", changedFiles: 2 });
    expect(rounds).to.equal(4);
  });

  it("S38 tells how far it is, and ends at once when it is told to", async () => {
    await writeFile(join(from, "big"), Buffer.alloc(8_388_608, "x"));
    const seen: Progress[] = [];
    const ending = new AbortController();
    const clones = { canClone: async () => false };
    await copy({ clones, onProgress: (progress) => seen.push(progress) });
    expect(seen.at(-1)?.bytes).to.equal(8_388_608);
    expect(seen[0]?.totalBytes).to.equal(8_388_608);
    await rm(draft, { recursive: true });
    await mkdir(draft);
    const stopped = copy({
      clones,
      signal: ending.signal,
      onProgress: ({ bytes }) => {
        if (bytes > 2_000_000) ending.abort(new Error("stopped"));
      },
    });
    expect(await stopped.catch((error: unknown) => error)).to.have.property("message", "stopped");
  });

  it("S38 does not begin what there is no room for", async () => {
    await writeFile(join(from, "file"), "bytes");
    const disk: Disk = { ...nodeDisk, statfs: fullDisk as Disk["statfs"] };
    const failure = await copy({ disk, clones: { canClone: async () => false } }).catch((error: unknown) => error);
    expect(String(failure)).to.match(/a copy takes 5 bytes, and 0 are free on the file system of .*: make room/);
  });

  it("S38 names the file that cannot be read", async () => {
    await mkdir(join(from, "sub"));
    await writeFile(join(from, "sub", "bad"), "bytes");
    const open = (async (path: Parameters<Disk["open"]>[0], ...rest: [number]) => {
      if (String(path).endsWith("/bad")) throw Object.assign(new Error("EIO: i/o error, open"), { code: "EIO" });
      return await nodeDisk.open(path, ...rest);
    }) as Disk["open"];
    const failure = await copy({ disk: { ...nodeDisk, open } }).catch((error: unknown) => error);
    expect(failure).to.have.property("message", 'cannot copy "sub/bad"');
  });

  /** Lets something happen once, just before the file system is asked to open something. */
  function meddling(meddle: (path: string) => Promise<boolean>): Disk {
    let isDone = false;
    const open = (async (path: Parameters<Disk["open"]>[0], ...rest: [number]) => {
      if (!isDone) isDone = await meddle(String(path));
      return await nodeDisk.open(path, ...rest);
    }) as Disk["open"];
    return { ...nodeDisk, open };
  }
});
