import { expect } from "chai";
import { isAfter } from "./serial.ts";

describe("isAfter", () => {
  const cases: readonly (readonly [serial: number, other: number, expected: boolean])[] = [
    [1, 0, true],
    [0, 1, false],
    [7, 7, false],
    [0, 0xffff_ffff, true],
    [0xffff_ffff, 0, false],
    [0x7fff_ffff, 0, true],
    [0x8000_0000, 0, false],
    [0, 0x8000_0000, false],
    // A revision that has outgrown 32 bits counts by what is left of it there.
    [0x1_0000_0005, 4, true],
  ];
  for (const [serial, other, expected] of cases) {
    it(`D42 ${serial} is ${expected ? "" : "not "}after ${other}`, () =>
      expect(isAfter(serial, other)).to.equal(expected));
  }
});
