import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { Machine, machineProblem } from "../scripts/rig/machine.ts";

const rounds = 15;
const flips = 100;

describe("the promise about names", function () {
  // Many rounds one after the other, each of which waits for processes: on a busy machine that takes its time.
  this.timeout(120_000);
  const problem = machineProblem();
  let machine: Machine;
  let seen: string;

  before(async function () {
    if (problem !== undefined) {
      this.test?.parent?.tests.forEach((test) => (test.title += ` (skipped: ${problem})`));
      this.skip();
    }
    machine = await Machine.create();
    seen = join(machine.dir, "seen");
    await mkdir(seen);
    await machine.startDaemon("--runtime", "sandbox");
  });
  after(async () => {
    if (problem === undefined) await machine.destroy();
  });

  it("D9 a pod that is shown Ready resolves at that instant, and one that is told to stop no longer does", async () => {
    const inside = join(import.meta.dirname, "../scripts/rig/ready-and-gone.ts");
    const { code, stdout, stderr } = await machine.run([
      process.execPath,
      inside,
      machine.dataDir,
      seen,
      String(rounds),
    ]);
    expect(code, stderr).to.equal(0);
    const address = /^10\.244\.\d+\.\d+$/;
    const found = JSON.parse(stdout) as readonly { address: string; whenReady: string; whenStopped: string }[];
    expect(found.length).to.equal(rounds);
    for (const round of found) {
      expect(round.address).to.match(address);
      expect(round.whenReady).to.equal(round.address);
      expect(round.whenStopped).to.equal("");
    }
  });

  it("D9 a pod that is shown Ready again resolves at that instant, however often it changes", async () => {
    const inside = join(import.meta.dirname, "../scripts/rig/flips-of-readiness.ts");
    const { code, stdout, stderr } = await machine.run([process.execPath, inside, machine.dataDir, String(flips)]);
    expect(code, stderr).to.equal(0);
    const found = JSON.parse(stdout) as { readonly wrong: readonly string[]; readonly goneAfterMs: readonly number[] };
    expect(found.wrong).to.deep.equal([]);
    expect(found.goneAfterMs.length).to.equal(flips);
  });
});
