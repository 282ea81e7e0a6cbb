import { expect } from "chai";
import { formatGrowth, offsetBefore, parseGrowths, timeAt } from "./log-times.ts";

describe("times of a log", () => {
  const growths = [
    { end: 10, atMs: 1000 },
    { end: 25, atMs: 2000 },
    { end: 40, atMs: 3000 },
  ];

  it("reads what it wrote, without a line cut off", () => {
    expect(parseGrowths(`${growths.map(formatGrowth).join("")}55 40`)).to.deep.equal(growths);
  });

  for (const [end, atMs] of [
    [1, 1000],
    [10, 1000],
    [11, 2000],
    [40, 3000],
    [41, 9999],
  ] as const) {
    it(`says that the line ending at ${end} was complete at ${atMs}`, () => {
      expect(timeAt(growths, end, 9999)).to.equal(atMs);
    });
  }

  for (const [sinceMs, offset] of [
    [0, 0],
    [1000, 0],
    [1001, 10],
    [3001, 40],
  ] as const) {
    it(`says that what came since ${sinceMs} lies behind ${offset}`, () => {
      expect(offsetBefore(growths, sinceMs)).to.equal(offset);
    });
  }
});
