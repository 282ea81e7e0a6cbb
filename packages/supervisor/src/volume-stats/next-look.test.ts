import { expect } from "chai";
import { nextLookMs } from "./next-look.ts";

describe("nextLookMs", () => {
  const cases: readonly (readonly [what: string, ...Parameters<typeof nextLookMs>, ms: number])[] = [
    ["soon after something changed", { tookMs: 1, unchanged: 0, isInUse: true }, undefined, 10_000],
    ["later when nothing did", { tookMs: 1, unchanged: 2, isInUse: true }, undefined, 40_000],
    ["within a minute while pods use it", { tookMs: 1, unchanged: 90, isInUse: true }, undefined, 60_000],
    ["within ten minutes else", { tookMs: 1, unchanged: 9_000, isInUse: false }, undefined, 600_000],
    ["not before as long again as it took", { tookMs: 90_000, unchanged: 0, isInUse: true }, undefined, 90_000],
  ];
  for (const [what, look, intervals, ms] of cases) {
    it(`S37 looks again ${what}`, () => expect(nextLookMs(look, intervals)).to.equal(ms));
  }
});
