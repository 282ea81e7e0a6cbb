import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describeError } from "@ordinal/runtime";
import { expect } from "chai";
import { createFate, type Fate, type FateOptions } from "../disk/crashing-disk.fixture.ts";
import { nodeDisk, type Disk } from "../disk/disk.ts";
import { createPoweredDisk, type PoweredDisk } from "../disk/power.fixture.ts";
import { eventually, startProvisionerRig, type ProvisionerRig } from "../provisioner-rig.fixture.ts";
import { parseLines, volumeOf } from "./intent.ts";
import { nameOf, pathOf, randomOf, tales, volumesOf, type Story, type Tale, type World } from "./tales.fixture.ts";

describe("a provisioner that is interrupted", function () {
  this.timeout(120_000);
  let rig: ProvisionerRig;
  let canary: string;

  beforeEach(async () => {
    kept.clear();
    rig = await startProvisionerRig();
    await rig.storageClass("pattern", { parameters: { pathPattern: "{{ .PVC.Namespace }}/{{ .PVC.Name }}/x" } });
    canary = join(rig.dir, "canary");
    await mkdir(canary);
    await writeFile(join(canary, "data"), "alive");
  });
  afterEach(async () => await rig.stop());

  interface Run {
    readonly tale: Tale;
    readonly round: number;
    readonly fate: Fate;
    readonly real: Disk;
    readonly random: () => number;
    readonly cut: () => Promise<void>;
  }

  /** Lives through all deeds, with one process until its end and then with another one. */
  async function live({ tale, round, fate, real, random, cut }: Run): Promise<void> {
    const story: Story = { claims: new Map(), data: new Map(), retained: new Set(), dropped: new Map() };
    const start = async (of: Fate) =>
      await rig.start({ disk: of.disk(real), client: of.client(rig.client) }).catch((error: unknown) => {
        // The disk may fail a process at its start, which ends it; another one comes.
        if (!of.isDead() && !describeError(error).includes("made up")) throw error;
        return undefined;
      });
    let current = fate;
    let provisioner = await start(current);

    async function comeBack(): Promise<void> {
      await provisioner?.stop();
      await cut();
      // While nobody is there, a claim may go.
      const [lastKey, last] = [...story.claims].at(-1) ?? [];
      if (lastKey !== undefined && last !== undefined && random() < 0.5) {
        story.claims.delete(lastKey);
        const text = story.data.get(last.metadata.uid);
        if (text !== undefined) story.dropped.set(lastKey, text);
        await rig.deleteClaim(last);
      }
      current = createFate();
      provisioner = await start(current);
    }

    const world: World = {
      rig,
      disk: real,
      async reached(check) {
        await eventually(async () => {
          if (!current.isDead() && !(await check())) throw new Error("not yet");
        });
        if (!current.isDead()) return;
        await comeBack();
      },
    };
    for (const deed of tale(round)) {
      if (provisioner === undefined || current.isDead()) await comeBack();
      await deed(world, story);
    }
    await eventually(async () => {
      if (provisioner === undefined || current.isDead()) await comeBack();
      await judge(story);
    });
    await provisioner?.stop();
    for (const claim of story.claims.values()) await rig.deleteClaim(claim);
  }

  /** The world is one of those that are allowed. */
  async function judge({ claims, data, retained }: Story): Promise<void> {
    const volumes = await volumesOf(rig);
    for (const claim of claims.values()) expect(volumes.map(({ metadata }) => metadata.name)).to.include(nameOf(claim));
    const wanted = new Set([...claims.values()].map(nameOf));
    expect(
      volumes.filter(({ metadata }) => !wanted.has(metadata.name)).map(({ metadata }) => metadata.name),
    ).to.deep.equal([]);
    const named = new Set([...volumes.map(pathOf), ...retained, ...kept]);
    expect((await volumeDirectories()).toSorted()).to.deep.equal([...named].toSorted());
    for (const claim of claims.values()) {
      const text = data.get(claim.metadata.uid);
      const volume = volumes.find(({ metadata }) => metadata.name === nameOf(claim));
      if (text !== undefined && volume !== undefined)
        expect(await readFile(join(pathOf(volume), "data"), "utf8")).to.equal(text);
    }
    for (const path of retained) expect(await readFile(join(path, "data"), "utf8")).to.match(/^kept/);
    expect(await openIntents()).to.deep.equal([]);
    expect(await readFile(join(canary, "data"), "utf8")).to.equal("alive");
    expect((await readdir(rig.dir)).toSorted()).to.deep.equal(["canary", "store", "volumes"]);
    for (const path of retained) kept.add(path);
  }

  /** What earlier rounds have kept for ever. */
  const kept = new Set<string>();

  /** Directories of volumes, also those below a pattern's. */
  async function volumeDirectories(): Promise<readonly string[]> {
    const names = await rig.names();
    const below = names.includes("default") ? await readdir(join(rig.volumesDir, "default")) : [];
    const ofPatterns = await Promise.all(
      below.map(async (name) =>
        (await readdir(join(rig.volumesDir, "default", name))).map((last) =>
          join(rig.volumesDir, "default", name, last),
        ),
      ),
    );
    return [
      ...names.filter((name) => name !== "default").map((name) => join(rig.volumesDir, name)),
      ...ofPatterns.flat(),
    ];
  }

  async function openIntents(): Promise<readonly string[]> {
    const open = new Set<string>();
    for (const line of parseLines(await readFile(join(rig.volumesDir, ".journal"), "utf8"))) {
      if ("finish" in line) open.delete(line.finish);
      else open.add(volumeOf(line.begin));
    }
    return [...open];
  }

  interface Ending {
    /** What ends the process at a step. */
    readonly fateAt: (step: number) => FateOptions;
    readonly power?: () => Promise<PoweredDisk>;
    /** Steps from one life to the next. Defaults to 1. */
    readonly stride?: number;
  }

  /** A life for each step of the longest one. */
  async function everyStep(tale: Tale, { fateAt, power, stride = 1 }: Ending): Promise<void> {
    const random = randomOf(4);
    for (let step = 1; ; step += stride) {
      const fate = createFate(fateAt(step));
      const powered = await power?.();
      const cut = async () => await powered?.cut(random() < 0.3 ? () => random() < 0.5 : undefined);
      try {
        await live({ tale, round: step, fate, real: powered?.disk ?? nodeDisk, random, cut });
      } catch (error) {
        throw new Error(`step ${step}, ${fate.log[step - 1]}`, { cause: error });
      }
      if (fate.steps() < step) {
        expect(step).to.be.greaterThan(25);
        return;
      }
    }
  }

  const codes = ["ENOSPC", "EIO", "EROFS", "EACCES"];
  const endings: Readonly<Record<string, () => Ending>> = {
    "is killed before any step": () => ({ fateAt: (dieAt) => ({ dieAt }) }),
    "is killed after any step, before it learns of it": () => ({ fateAt: (dieAt) => ({ dieAt, isDone: true }) }),
    "is stopped by a power cut": () => ({
      fateAt: (dieAt) => ({ dieAt, isDone: dieAt % 2 === 0 }),
      power: async () => await createPoweredDisk(rig.volumesDir),
      stride: 5,
    }),
    "meets a disk that fails for a while": () => ({
      fateAt: (from) => ({ fail: { from, times: 1 + (from % 4), code: codes[from % codes.length] ?? "EIO" } }),
    }),
  };
  for (const [told, tale] of Object.entries(tales)) {
    for (const [ended, ending] of Object.entries(endings))
      it(`S42 loses nothing and leaves nothing of ${told} when it ${ended}`, async () =>
        await everyStep(tale, ending()));
  }
});
