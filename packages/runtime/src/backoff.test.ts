import { expect } from "chai";
import { backoffDelay } from "./backoff.ts";

describe("backoffDelay", () => {
  it("doubles from the base and stays at the cap", () => {
    const options = { baseMs: 10, capMs: 100 };
    expect([1, 2, 3, 4, 5, 6].map((failures) => backoffDelay(failures, options))).to.deep.equal([
      10, 20, 40, 80, 100, 100,
    ]);
  });

  it("stays finite however often something fails", () => {
    expect(backoffDelay(100_000, { baseMs: 10, capMs: 300_000 })).to.equal(300_000);
  });

  it("never exceeds a cap below the base", () => {
    expect(backoffDelay(1, { baseMs: 100, capMs: 50 })).to.equal(50);
  });
});
