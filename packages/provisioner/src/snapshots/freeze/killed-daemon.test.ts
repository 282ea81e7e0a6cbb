import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { hasProgram } from "../../local-image/run-program.ts";

const run = promisify(execFile);
const killed = join(import.meta.dirname, "killed-daemon.fixture.ts");

describe("images that were frozen when the daemon was killed", function () {
  this.timeout(60_000);
  let dir: string;
  before(async function () {
    const programs = ["unshare", "mount", "fsfreeze", "mkfs.ext4", "losetup"];
    const missing: string[] = [];
    for (const name of programs) if (!(await hasProgram(name))) missing.push(name);
    const isPossible = process.platform === "linux" && process.getuid?.() === 0 && missing.length === 0;
    const hasLoop =
      isPossible &&
      (await run("losetup", ["--find"]).then(
        () => true,
        () => false,
      ));
    if (hasLoop) return;
    this["skipReason"] = missing.length > 0 ? `needs ${missing.join(", ")}` : "needs Linux, root and loop devices";
    this.skip();
  });
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "ordinal-frozen-"));
  });
  afterEach(async () => {
    await rm(dir, { recursive: true });
  });

  /** Mounts an image as a node does, runs the script, and tells whether it was still frozen after it. */
  async function isFrozenAfter(script: string): Promise<boolean> {
    await mkdir(join(dir, "volume"));
    await mkdir(join(dir, "mounted"));
    const { stdout } = await run("unshare", [
      ..."--mount --pid --fork --kill-child --mount-proc --propagation private sh -ec".split(" "),
      `cd ${dir}
      truncate -s 16M volume/volume.img
      mkfs.ext4 -q volume/volume.img
      mount -o loop volume/volume.img mounted
      ${script}
      fsfreeze -u mounted 2>/dev/null && echo frozen || echo thawed
      umount mounted`,
    ]);
    return stdout.trim() === "frozen";
  }

  it("S38 are thawed when the daemon was killed before it heard that they are frozen", async () => {
    // When the keeper has ended, too, there is no process any more beside the shell.
    const untilAlone = "set -- /proc/[0-9]*; while [ $# -gt 1 ]; do set -- /proc/[0-9]*; done";
    expect(await isFrozenAfter(`${process.execPath} ${killed} volume || true; ${untilAlone}`)).to.equal(false);
  });
});
