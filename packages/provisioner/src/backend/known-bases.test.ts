import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { createFate } from "../disk/crashing-disk.fixture.ts";
import { nodeDisk } from "../disk/disk.ts";
import { openKnownBases, readKnownBases } from "./known-bases.ts";

describe("the known bases", () => {
  let home: string;
  let file: string;
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), "ordinal-bases-"));
    file = join(home, ".local-path-bases");
  });
  afterEach(async () => await rm(home, { recursive: true }));

  it("begin with the home, and keep what is remembered, also a name with a newline, over a restart", async () => {
    const bases = await openKnownBases(home, nodeDisk);
    await Promise.all(["/data", "/da\nta", "/data", home].map(async (base) => await bases.remember(base)));
    expect(bases.list()).to.deep.equal([home, "/data", "/da\nta"]);
    expect(await readKnownBases(home, nodeDisk)).to.deep.equal([home, "/data", "/da\nta"]);
    expect((await openKnownBases(home, nodeDisk)).list()).to.deep.equal([home, "/data", "/da\nta"]);
  });

  it("write only what is not written yet, and again what could not be", async () => {
    const fate = createFate({ fail: { from: 2, times: 1, code: "ENOSPC" } });
    const bases = await openKnownBases(home, fate.disk(nodeDisk));
    await bases.remember(home);
    expect(fate.steps()).to.equal(1);
    const problem = await bases.remember("/data").then(
      () => "none",
      (error: unknown) => String(error),
    );
    expect(problem).to.contain("ENOSPC");
    await bases.remember("/data");
    expect(await readKnownBases(home, nodeDisk)).to.deep.equal([home, "/data"]);
    const before = fate.steps();
    await bases.remember("/data");
    expect(fate.steps()).to.equal(before);
  });

  it("are only paths that mean the same to every process", async () => {
    await writeFile(file, JSON.stringify(["/data", "data", "", 7, null]));
    expect(await readKnownBases(home, nodeDisk)).to.deep.equal([home, "/data"]);
  });

  it("are not guessed where the list cannot be read: it says what to do", async () => {
    await writeFile(file, '["/data"');
    const problem = await openKnownBases(home, nodeDisk).then(
      () => "none",
      (error: unknown) => String(error),
    );
    expect(problem).to.contain(file).and.to.contain("mend it");
  });
});
