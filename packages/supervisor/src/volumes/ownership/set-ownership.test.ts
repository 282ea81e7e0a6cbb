import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, chown, lstat, mkdir, mkdtemp, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { planOwnership } from "./plan-ownership.ts";
import { setOwnership } from "./set-ownership.ts";

describe("planOwnership", () => {
  const cases: readonly (readonly [mode: number, kind: string, expected: string])[] = [
    [0o600, "file", "660"],
    [0o755, "file", "775"],
    [0o4755, "file", "4775"],
    [0o755, "directory", "2775"],
    [0o700, "directory", "2770"],
    [0o777, "link", "no mode"],
    [0o400, "read-only file", "440"],
    [0o500, "read-only directory", "2550"],
  ];
  for (const [mode, kind, expected] of cases) {
    it(`S33 gives the group its share of a ${kind} of mode ${mode.toString(8)}: ${expected}`, () => {
      const file = { gid: 0, mode, isDirectory: kind.endsWith("directory"), isLink: kind === "link" };
      const plan = planOwnership(file, { gid: 5, readOnly: kind.startsWith("read-only") });
      expect(plan.changesGroup).to.equal(true);
      expect(plan.mode?.toString(8) ?? "no mode").to.equal(expected);
    });
  }

  it("S33 leaves alone what is right already", () => {
    const file = { gid: 5, mode: 0o100664, isDirectory: false, isLink: false };
    expect(planOwnership(file, { gid: 5, readOnly: false })).to.deep.equal({});
  });
});

describe("setOwnership", () => {
  let root: string;
  let volume: string;
  before(function () {
    if (process.platform === "linux" && process.getuid?.() === 0) return;
    this["skipReason"] = "needs Linux and root";
    this.skip();
  });
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "ordinal-ownership-"));
    volume = join(root, "volume");
    await mkdir(join(volume, "a/b"), { recursive: true });
    await writeFile(join(volume, "a/b/file"), "");
    await writeFile(Buffer.concat([Buffer.from(`${volume}/a/`), Buffer.from([0xff, 0x0a])]), "");
    await writeFile(join(root, "outside"), "");
    await symlink("../outside", join(volume, "link"));
    await symlink("..", join(volume, "up"));
    await chmod(join(root, "outside"), 0o600);
  });
  afterEach(() => rm(root, { recursive: true }));

  const options = { gid: 4321, readOnly: false, onRootMismatch: false };
  const look = async (path: string): Promise<string> => {
    const { gid, mode } = await lstat(join(root, path));
    return `${gid} ${(mode & 0o7777).toString(8)}`;
  };

  it("S33 gives every file of a volume to the group, and follows no link out of it", async () => {
    for (let i = 0; i < 100; i++) await writeFile(join(volume, `a/${i}`), "");
    expect(await setOwnership(volume, options)).to.deep.equal({ files: 107, failures: 0 });
    expect(await look("volume")).to.equal("4321 2775");
    expect(await look("volume/a/b")).to.equal("4321 2775");
    expect(await look("volume/a/b/file")).to.equal("4321 664");
    expect(await look("volume/a/99")).to.equal("4321 664");
    const odd = await lstat(Buffer.concat([Buffer.from(`${volume}/a/`), Buffer.from([0xff, 0x0a])]));
    expect(odd.gid, "a name that is no text").to.equal(4321);
    expect((await lstat(join(volume, "link"))).gid).to.equal(4321);
    expect(await look("outside")).to.equal("0 600");
    expect((await stat(root)).gid).to.equal(0);
  });

  it("S33 OnRootMismatch leaves a tree alone whose root is right, and only such a one", async () => {
    await chown(volume, 0, 4321);
    await chmod(volume, 0o2770);
    expect(await setOwnership(volume, { ...options, onRootMismatch: true })).to.deep.equal({ files: 0, failures: 0 });
    expect(await look("volume/a/b/file")).to.equal("0 644");
    await chmod(volume, 0o770);
    expect((await setOwnership(volume, { ...options, onRootMismatch: true })).files).to.equal(7);
    expect(await look("volume/a/b/file")).to.equal("4321 664");
  });

  it("S33 begins anew what was cut short, because the root is changed last", async () => {
    const ending = new AbortController();
    const cut = setOwnership(volume, { ...options, signal: ending.signal, onProgress: () => ending.abort() });
    expect(await cut.catch((error: unknown) => (error as Error).name)).to.equal("AbortError");
    expect(await look("volume")).to.equal("0 755");
    await setOwnership(volume, { ...options, onRootMismatch: true });
    expect(await look("volume/a/b/file")).to.equal("4321 664");
  });

  it("S33 changes nothing outside while directories and links take each other's place", async () => {
    const swapper = spawn(process.execPath, ["-e", swapForEver, join(volume, "a/swap")], { stdio: "inherit" });
    await mkdir(join(root, "target"));
    await writeFile(join(root, "target/file"), "");
    try {
      for (let round = 0; round < 300; round++) await setOwnership(volume, { ...options, gid: 4000 + round });
    } finally {
      swapper.kill("SIGKILL");
      await once(swapper, "exit");
    }
    expect(await look("target")).to.equal("0 755");
    expect(await look("target/file")).to.equal("0 644");
  });
});

/** In a directory of the volume: a directory with a file, and then a link to another outside with the same file. */
const swapForEver = `
const { mkdirSync, rmSync, symlinkSync, writeFileSync, renameSync } = require("node:fs");
const [name] = process.argv.slice(1);
for (;;) {
  rmSync(name, { recursive: true, force: true });
  mkdirSync(name);
  writeFileSync(name + "/file", "");
  renameSync(name, name + ".old");
  symlinkSync("../../target", name);
  rmSync(name);
  renameSync(name + ".old", name);
}`;
