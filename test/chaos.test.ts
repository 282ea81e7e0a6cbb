import { expect } from "chai";
import { databases } from "../scripts/chaos-test/databases.ts";
import { runChaos } from "../scripts/chaos-test/run.ts";
import { kubectlPath, kubectlProblem } from "../scripts/rig/kubectl.ts";
import { machineProblem, programPath } from "../scripts/rig/machine.ts";

/** Programs that the pods and their writers need. */
const programs = ["redis-server", "redis-cli", "psql", "etcd"];

describe("databases under harm", () => {
  it("S42 lose nothing they acknowledged while pods, the daemon and everything are killed", async function () {
    const missing = programs.find((program) => programPath(program) === undefined);
    const problem = machineProblem() ?? kubectlProblem() ?? (missing && `needs the program ${missing}`);
    if (problem !== undefined) {
      this["skipReason"] = problem;
      this.skip();
    }
    this.timeout(180_000);
    const told: string[] = [];
    const say = (words: string): void => void told.push(words);
    const plan = { seed: 7, seconds: 10, storageClass: "local-path", say, sayMore: say };
    const { outcomes } = await runChaos({ ...plan, names: Object.keys(databases), kubectl: kubectlPath() ?? "" });
    expect(outcomes.map(({ name }) => name)).to.deep.equal(Object.keys(databases));
    for (const { name, acknowledged, lost } of outcomes) {
      expect(lost, `${name}\n${told.join("\n")}`).to.deep.equal([]);
      expect(acknowledged, `${name}\n${told.join("\n")}`).to.be.greaterThan(0);
    }
  });
});
