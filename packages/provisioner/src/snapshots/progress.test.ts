import { createFakeClock } from "@ordinal/runtime";
import { expect } from "chai";
import { createProgressReport } from "./progress.ts";

describe("the progress of a copy", () => {
  it("S38 is told when ten seconds have passed and something has moved, and not for a short copy", async () => {
    const clock = createFakeClock();
    const told: string[] = [];
    const report = createProgressReport(clock, (text) => told.push(text));
    const totalBytes = 5 * 2 ** 30;
    report({ bytes: 2 ** 30, totalBytes });
    expect(told).to.deep.equal([]);
    await clock.advance(10_000);
    report({ bytes: 1.5 * 2 ** 30, totalBytes });
    report({ bytes: 4 * 2 ** 30, totalBytes });
    await clock.advance(10_000);
    report({ bytes: 1.6 * 2 ** 30, totalBytes });
    report({ bytes: totalBytes, totalBytes });
    expect(told).to.deep.equal(["copied 1.5 GiB of 5.0 GiB (30 %)", "copied 5.0 GiB of 5.0 GiB (100 %)"]);
  });
});
