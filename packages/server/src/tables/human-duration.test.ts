import { expect } from "chai";
import { humanDuration, timeSince } from "./human-duration.ts";

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const year = 365 * day;

describe("humanDuration", () => {
  const cases: readonly (readonly [ms: number, expected: string])[] = [
    [-2 * second, "<invalid>"],
    [-1 * second, "0s"],
    [-1, "0s"],
    [0, "0s"],
    [999, "0s"],
    [119 * second, "119s"],
    [2 * minute, "2m"],
    [2 * minute + 1 * second, "2m1s"],
    [9 * minute + 59 * second, "9m59s"],
    [10 * minute, "10m"],
    [3 * hour - second, "179m"],
    [3 * hour, "3h"],
    [3 * hour + 10 * minute + second, "3h10m"],
    [8 * hour - second, "7h59m"],
    [8 * hour, "8h"],
    [2 * day - second, "47h"],
    [2 * day, "2d"],
    [2 * day + hour, "2d1h"],
    [8 * day, "8d"],
    [2 * year - second, "729d"],
    [2 * year, "2y"],
    [2 * year + 3 * day, "2y3d"],
    [8 * year, "8y"],
  ];
  for (const [ms, expected] of cases) {
    it(`shows ${ms} ms as ${expected}`, () => expect(humanDuration(ms)).to.equal(expected));
  }
});

describe("timeSince", () => {
  const now = Date.UTC(2026, 0, 1, 0, 1, 0);
  it("counts from a timestamp", () => expect(timeSince("2026-01-01T00:00:55Z", now)).to.equal("5s"));
  it("says <unknown> without one", () => expect(timeSince(undefined, now)).to.equal("<unknown>"));
});
