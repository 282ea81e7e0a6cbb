import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { hasProgram } from "../local-image/run-program.ts";

const run = promisify(execFile);
const program = join(import.meta.dirname, "mounted-world.fixture.ts");

/** Why file systems cannot be mounted here, or undefined. */
async function obstacle(fileSystem: string): Promise<string | undefined> {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return "needs Linux and root to mount file systems";
  for (const name of ["unshare", "mount", "mountpoint", "fsfreeze", `mkfs.${fileSystem}`])
    if (!(await hasProgram(name))) return `needs the program ${name}`;
  const tried = await run("losetup", ["--find"]).catch((error: unknown) => error);
  return tried instanceof Error ? "needs loop devices" : undefined;
}

describe("copies of volumes on file systems of their own", function () {
  this.timeout(120_000);
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "ordinal-mounted-"));
  });
  afterEach(async () => {
    await rm(dir, { recursive: true });
  });

  async function inside(this: Mocha.Context, what: string, option = ""): Promise<unknown> {
    const why = await obstacle(option === "" ? "ext4" : option);
    if (why !== undefined) {
      this["skipReason"] = why;
      this.skip();
    }
    const world = "--mount --pid --fork --kill-child --mount-proc --propagation private".split(" ");
    const { stdout } = await run("unshare", [...world, process.execPath, program, what, dir, option], {
      timeout: 100_000,
    });
    return JSON.parse(stdout) as unknown;
  }

  for (const fileSystem of ["btrfs", "xfs"]) {
    it(`S38 shares the blocks of files on ${fileSystem}, and has one moment although one file never stands still`, async function () {
      const found = (await inside.call(this, "clones", fileSystem)) as {
        readonly usedMiB: number;
        readonly entries: readonly number[];
      };
      expect(found).to.deep.include({
        consistency: { is: "crash-consistent" },
        differences: [],
        busy: { is: "crash-consistent" },
      });
      expect(found.entries[0]).to.equal(found.entries[1]);
      // Of 64 MiB that were copied.
      expect(found.usedMiB).to.be.lessThan(16);
    });
  }

  it("S38 stops all writes to a mounted image until it is told to go on", async function () {
    expect(await inside.call(this, "freeze")).to.deep.include({
      isFound: true,
      isBlocked: true,
      isHeld: true,
      text: "bytes\n",
    });
  });

  it("S38 keeps an image mounted until it is told to go on: what is frozen and mounted nowhere stays so for ever", async function () {
    const found = (await inside.call(this, "freeze and unmount")) as Readonly<Record<string, unknown>>;
    expect(found["early"]).to.contain("busy");
    expect(found["isHeld"]).to.equal(true);
    expect(found["late"]).to.equal("done");
    expect(found["again"]).to.contain("is not mounted there");
  });

  it("S38 never stops writes to a file system that an image is not mounted on any more", async function () {
    const found = (await inside.call(this, "freeze beside a mount")) as Readonly<Record<string, unknown>>;
    expect(found["said"]).to.match(/device 7:\d+ is not mounted there/);
    expect(found["text"]).to.equal("bytes\n");
  });

  it("S38 lets writes go on when the daemon is killed while it has stopped them", async function () {
    expect(await inside.call(this, "freeze and be killed")).to.deep.equal({ isBlocked: true, text: "bytes\n" });
  });

  it("S38 lets writes go on when a copy takes too long, and says that it is not of one moment", async function () {
    expect(await inside.call(this, "freeze too long")).to.deep.equal({ isHeld: false, text: "bytes\n" });
  });
});
