import { expect } from "chai";
import { fold, untried, type ProbeState } from "./probe-state.ts";
import { nextAttempt, type ScheduleFacts } from "./schedule.ts";

describe("K4 thresholds", () => {
  const cases: readonly (readonly [results: string, success: number, failure: number, verdicts: string])[] = [
    ["+", 1, 3, "+"],
    ["-", 1, 3, "?"],
    ["---", 1, 3, "??-"],
    ["--+--", 1, 3, "??+++"],
    ["+---", 1, 3, "+++-"],
    ["++", 2, 3, "?+"],
    ["+-+-++", 2, 1, "?----+"],
  ];
  for (const [results, successThreshold, failureThreshold, verdicts] of cases) {
    it(`turn ${results} into ${verdicts} (${successThreshold} to succeed, ${failureThreshold} to fail)`, () => {
      let state: ProbeState = untried;
      const shown = results.split("").map((result) => {
        const is = result === "+" ? "success" : "failure";
        state = fold(state, { is, message: "" }, { successThreshold, failureThreshold });
        return state.verdict === undefined ? "?" : state.verdict === "success" ? "+" : "-";
      });
      expect(shown.join("")).to.equal(verdicts);
    });
  }
});

describe("K4 when to probe", () => {
  const base: ScheduleFacts = {
    kind: "readiness",
    firstMs: 0,
    periodMs: 10_000,
    nowMs: 0,
    earlyAttempts: 0,
    hasSucceeded: false,
  };
  const cases: readonly (readonly [title: string, facts: Partial<ScheduleFacts>, expected: string])[] = [
    ["at once, without a delay", {}, "0 early"],
    ["at once, for liveness", { kind: "liveness" }, "0"],
    ["after the initial delay", { firstMs: 5_000 }, "5000 early"],
    ["soon again while it starts", { lastMs: 0, nowMs: 3, earlyAttempts: 1 }, "43 early"],
    ["less often the longer it takes", { lastMs: 0, nowMs: 3_000, earlyAttempts: 7 }, "5560 early"],
    ["for good from the end of the first period", { lastMs: 8_000, nowMs: 8_000, earlyAttempts: 8 }, "10000"],
    ["every period from then on", { lastMs: 10_000, nowMs: 10_500, earlyAttempts: 8 }, "20000"],
    ["every period once it has succeeded", { lastMs: 100, nowMs: 101, hasSucceeded: true }, "10100"],
    ["every period, for liveness", { kind: "liveness", lastMs: 0, nowMs: 1 }, "10000"],
    ["at once when a probe took longer than a period", { lastMs: 10_000, nowMs: 25_000 }, "25000"],
  ];
  for (const [title, facts, expected] of cases) {
    it(title, () => {
      const { atMs, isEarly } = nextAttempt({ ...base, ...facts });
      expect(`${atMs}${isEarly ? " early" : ""}`).to.equal(expected);
    });
  }
});
