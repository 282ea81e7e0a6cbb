import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { projectDir } from "../rig/machine.ts";
import { run, type Finished } from "../rig/run.ts";
import type { TestResult } from "./test-results.ts";

const suites = `
describe("one", () => {
  it("passes", () => {});
  it("fails", () => { throw new Error("in so many words"); });
});
describe("two", () => {
  before(function () { this.skipReason = "needs root"; this.skip(); });
  it("is not run", () => {});
  describe("inside", () => it("is not run either", () => {}));
});
describe("three (skipped: no kubectl)", () => {
  before(function () { this.skip(); });
  it("is not run", () => {});
});`;

describe("the reporter", () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "ordinal-reporter-"));
  });
  afterEach(async () => await rm(dir, { recursive: true }));

  const mocha = async (text: string, ...options: readonly string[]): Promise<Finished> => {
    const file = join(dir, "some.test.cjs");
    await writeFile(file, text);
    const reporter = ["--reporter", join(import.meta.dirname, "reporter.ts")];
    const results = ["--reporter-option", `results=${join(dir, "results.json")}`];
    const program = join(projectDir, "node_modules/mocha/bin/mocha.js");
    return await run([process.execPath, program, "--no-config", ...reporter, ...results, ...options, file]);
  };
  const resultsOf = async (): Promise<readonly TestResult[]> =>
    JSON.parse(await readFile(join(dir, "results.json"), "utf8")) as readonly TestResult[];

  it("ends with the figures, after the words of failures and the reasons of skipped tests", async () => {
    const { code, stdout } = await mocha(suites);
    expect(code).to.equal(1);
    expect(stdout).to.contain("Error: in so many words");
    expect(stdout).to.contain("- is not run\n        skipped: needs root\n");
    expect(stdout).to.match(/\n2 skipped: needs root\n1 skipped: no kubectl\n1 passed, 1 failed, 3 skipped\n$/);
  });

  it("writes what each test came to", async () => {
    await mocha(suites);
    expect(await resultsOf()).to.deep.equal([
      { titles: ["one", "passes"], outcome: "passed" },
      { titles: ["one", "fails"], outcome: "failed", reason: "in so many words" },
      { titles: ["two", "is not run"], outcome: "skipped", reason: "needs root" },
      { titles: ["two", "inside", "is not run either"], outcome: "skipped", reason: "needs root" },
      { titles: ["three (skipped: no kubectl)", "is not run"], outcome: "skipped", reason: "no kubectl" },
    ]);
  });

  it("says nothing of skipped tests when there are none", async () => {
    const { code, stdout } = await mocha('it("passes", () => {});');
    expect(code).to.equal(0);
    expect(stdout).to.match(/\n1 passed, 0 failed\n$/);
  });

  it("names checks that failed before the tests, and counts them", async () => {
    const { stdout } = await mocha('it("passes", () => {});', "--reporter-option", "checks=;types of tests;lint");
    expect(stdout).to.match(/\ncheck failed: types of tests .*\ncheck failed: lint .*\n1 passed, 2 failed\n$/);
  });
});
