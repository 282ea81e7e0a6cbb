import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readdir, readlink, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { openSubPath } from "./open-sub-path.ts";

/** Whoever walks by while there is nothing of that name makes a directory, and then the next step fails. */
const swapForEver = `
const { mkdirSync, rmSync, symlinkSync } = require("node:fs");
const [name] = process.argv.slice(1);
for (;;) {
  for (const step of [() => rmSync(name, { recursive: true }), () => symlinkSync("../outside", name), () => rmSync(name), () => mkdirSync(name)]) {
    try { step(); } catch {}
  }
}`;

describe("openSubPath", () => {
  let root: string;
  before(function () {
    if (process.platform === "linux") return;
    this["skipReason"] = "needs Linux: /proc/self/fd";
    this.skip();
  });
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "ordinal-subpath-"));
    await mkdir(join(root, "volume/inside/deep"), { recursive: true });
    await chmod(join(root, "volume"), 0o770);
    await mkdir(join(root, "outside"));
    await writeFile(join(root, "volume/file"), "");
    await symlink("/etc", join(root, "volume/out"));
    await symlink("../outside", join(root, "volume/up"));
    await symlink("inside", join(root, "volume/in"));
    await symlink("../../outside", join(root, "volume/inside/deep/up"));
    await symlink(join(root, "volume/inside"), join(root, "volume/absolute"));
    await symlink(join(root, "volumetric"), join(root, "volume/prefix"));
    await symlink("nowhere", join(root, "volume/dangling"));
    await symlink("loop", join(root, "volume/loop"));
  });
  afterEach(() => rm(root, { recursive: true }));

  async function placeOf(subPath: string): Promise<string> {
    const opened = await openSubPath(join(root, "volume"), subPath);
    if (!opened.ok) return opened.error;
    const { handle } = opened.value;
    try {
      return (await readlink(`/proc/self/fd/${handle.fd}`)).replace(root, "");
    } finally {
      await handle.close();
    }
  }

  const cases: readonly (readonly [subPath: string, expected: string])[] = [
    ["inside", "/volume/inside"],
    ["./inside/", "/volume/inside"],
    ["new/deep", "/volume/new/deep"],
    ["file", "/volume/file"],
    ["in", "/volume/inside"],
    ["in/deep", "/volume/inside/deep"],
    ["absolute/deep", "/volume/inside/deep"],
    ["in/new", "/volume/inside/new"],
    ["out", "it leads out of the volume"],
    ["out/passwd", "it leads out of the volume"],
    ["up", "it leads out of the volume"],
    ["up/new", "it leads out of the volume"],
    // Inside there is no such name.
    ["in/deep/up", "it leads over a link to nothing"],
    ["prefix", "it leads out of the volume"],
    ["loop", "it leads over too many links"],
    ["dangling", "it leads over a link to nothing"],
    ["file/x", "it leads through something that is not a directory"],
    ["..", "it must not contain '..'"],
    ["inside/../../x", "it must not contain '..'"],
    ["/etc", "it must not be an absolute path"],
    ["a\nb \\ \u{1f600}$(reboot)", "/volume/a\nb \\ \u{1f600}$(reboot)"],
    ["x".repeat(255), `/volume/${"x".repeat(255)}`],
  ];
  for (const [subPath, expected] of cases) {
    it(`S34 ${JSON.stringify(subPath.slice(0, 40))}: ${expected.slice(0, 60)}`, async () => {
      expect(await placeOf(subPath)).to.equal(expected);
    });
  }

  it("S34 makes what is missing with the volume's mode, whatever the umask", async () => {
    const umask = process.umask(0o077);
    try {
      await placeOf("new/deep");
    } finally {
      process.umask(umask);
    }
    for (const path of ["new", "new/deep"]) {
      expect((await stat(join(root, "volume", path))).mode & 0o777).to.equal(0o770);
    }
  });

  it("S34 makes nothing outside, however names and links are swapped meanwhile", async () => {
    const swapper = spawn(process.execPath, ["-e", swapForEver, join(root, "volume/swap")], { stdio: "inherit" });
    const [reached, led] = [/^\/volume\/(\S+\/)?made-/, "it leads out of the volume"];
    const seen = new Set<string>();
    try {
      const isEnough = (): boolean => seen.has(led) && [...seen].some((place) => reached.test(place));
      for (let round = 0; round < 1_000 || !isEnough(); round++) seen.add(await placeOf(`swap/made-${round}`));
    } finally {
      swapper.kill("SIGKILL");
      await once(swapper, "exit");
    }
    expect([...seen].filter((place) => !/^\/volume\/|^it (leads out|changes)/.test(place))).to.deep.equal([]);
    expect(await readdir(join(root, "outside"))).to.deep.equal([]);
  });
});
