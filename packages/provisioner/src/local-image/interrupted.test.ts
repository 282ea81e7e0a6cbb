import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hasCode } from "@ordinal/runtime";
import { expect } from "chai";
import { nodeDisk, type Disk } from "../disk/disk.ts";
import { createSharedSync } from "../disk/shared-sync.ts";
import { Death, mortalDisk } from "../trash/mortal-disk.fixture.ts";
import { growImage, imageName, imageSize, makeImage } from "./make-image.ts";
import { hasProgram, runProgram } from "./run-program.ts";

const mebibyte = 2n ** 20n;
const allocation = "thin";

async function namesIn(path: string): Promise<readonly string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return [];
    throw error;
  }
}

describe("images whose making is cut short", () => {
  let base: string;
  let directory: string;
  let image: string;

  before(async function () {
    if (await hasProgram("mkfs.ext4")) return;
    this["skipReason"] = "needs mkfs.ext4 (e2fsprogs)";
    this.skip();
  });
  beforeEach(async () => {
    base = await mkdtemp(join(tmpdir(), "ordinal-cut-images-"));
    directory = join(base, "pvc-1_default_data");
    image = join(directory, imageName);
  });
  afterEach(() => rm(base, { recursive: true }));

  const toolsOn = (disk: Disk) => ({ disk, sync: createSharedSync(disk), run: runProgram });
  const make = (disk: Disk) => makeImage(toolsOn(disk), { directory, bytes: 4n * mebibyte, allocation });

  async function grow(disk: Disk): Promise<void> {
    const size = await imageSize(disk, image);
    if (size === undefined) throw new Error("there is no image to grow");
    await growImage(toolsOn(disk), { directory, bytes: 8n * mebibyte, size, allocation });
  }

  async function isWhole(): Promise<boolean> {
    return (await runProgram(["e2fsck", "-f", "-n", image])).code === 0;
  }

  /** Runs the work in a process that ends before each of its steps in turn; `check` looks after each. */
  async function endAtEveryStep(work: (disk: Disk) => Promise<void>, check: (wasDone: boolean) => Promise<void>) {
    for (let lives = 0; ; lives += 1) {
      const mortal = mortalDisk(lives);
      const wasKilled = await work(mortal.disk).then(
        () => false,
        (error: unknown) => {
          if (mortal.isDead() && error instanceof Death) return true;
          throw error;
        },
      );
      await check(!wasKilled);
      if (!wasKilled) return;
    }
  }

  it("S36 what has an image's name is whole, whenever the process ends, and the next attempt completes it", async function () {
    this.timeout(120_000);
    let kills = 0;
    await endAtEveryStep(make, async (wasDone) => {
      const names = await namesIn(directory);
      if (wasDone) expect(names).to.deep.equal([imageName]);
      if (names.includes(imageName)) expect(await isWhole()).to.equal(true);
      if (!wasDone) kills += 1;
      await make(nodeDisk);
      expect(await isWhole()).to.equal(true);
      expect(await readdir(directory)).to.deep.equal([imageName]);
      await rm(directory, { recursive: true });
    });
    expect(kills).to.be.above(10);
  });

  it("S26 an image keeps what it holds, whenever its growth is cut short, and has its size when that was said", async function () {
    this.timeout(120_000);
    const sizes = [4n, 8n].map((mebibytes) => Number(mebibytes * mebibyte));
    await make(nodeDisk);
    await endAtEveryStep(grow, async (wasDone) => {
      const { size } = await stat(image);
      expect(sizes).to.include(size);
      if (wasDone) expect(size).to.equal(sizes[1]);
      expect(await isWhole()).to.equal(true);
      await rm(directory, { recursive: true });
      await make(nodeDisk);
    });
  });
});
