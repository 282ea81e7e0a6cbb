import { expect } from "chai";
import { runClaimChaos } from "../scripts/chaos-test/claims/run.ts";
import { machineProblem, programPath } from "../scripts/rig/machine.ts";

/** Programs that image volumes need. */
const programs = ["mkfs.ext4", "debugfs", "e2fsck", "resize2fs", "losetup"];

describe("claims while the daemon is killed", () => {
  it("S42 lose nothing that was acknowledged, and leave nothing behind that nobody names", async function () {
    const missing = programs.find((program) => programPath(program) === undefined);
    const problem = machineProblem() ?? (missing && `needs the program ${missing}`);
    if (problem !== undefined) {
      this["skipReason"] = problem;
      this.skip();
    }
    this.timeout(180_000);
    const told: string[] = [];
    const say = (words: string): void => void told.push(words);
    const result = await runClaimChaos({ seed: 7, seconds: 10, slots: 8, say });
    expect(result.faults, told.join("\n")).to.deep.equal([]);
    expect(result.kills, told.join("\n")).to.be.greaterThan(1);
    for (const operation of ["made", "marker written", "claim deleted"])
      expect(result.done.get(operation), operation).to.be.greaterThan(0);
  });
});
