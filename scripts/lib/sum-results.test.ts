import { expect } from "chai";
import { showFailures, showSum, sumOf } from "./sum-results.ts";
import type { TestResult } from "./test-results.ts";

const results: readonly TestResult[] = [
  { titles: ["one", "passes"], outcome: "passed" },
  { titles: ["one", "fails"], outcome: "failed", reason: "in so many words\nand more" },
  { titles: ["two", "waits"], outcome: "skipped", reason: "needs root" },
  { titles: ["two", "waits too"], outcome: "skipped", reason: "needs root" },
];

describe("the sum of results", () => {
  it("counts tests, failed checks and the reasons of skipped tests", () => {
    expect(showSum(sumOf(results, ["lint"]))).to.deep.equal([
      "2 skipped: needs root",
      "check failed: lint (its words stand above the tests)",
      "1 passed, 2 failed, 2 skipped",
    ]);
  });

  it("names what failed, with the first line of why", () => {
    expect(showFailures(results)).to.deep.equal(["failed: one > fails: in so many words"]);
  });

  it("is just two numbers when all is well", () => {
    expect(showSum(sumOf(results.slice(0, 1), []))).to.deep.equal(["1 passed, 0 failed"]);
  });
});
