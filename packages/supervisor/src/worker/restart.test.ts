import { expect } from "chai";
import { lengthen, restartWait, type CrashBackoff } from "./restart.ts";

const options = { baseMs: 10_000, capMs: 300_000 };

describe("crash back-off", () => {
  it("K3 restarts the first time at once, then after 10 s, doubling up to 300 s", () => {
    let nowMs = 0;
    let backoff: CrashBackoff | undefined;
    const waits: number[] = [];
    for (let crash = 0; crash < 8; crash += 1) {
      const wait = restartWait(backoff, nowMs, options);
      waits.push((wait?.atMs ?? nowMs) - nowMs);
      nowMs = wait?.atMs ?? nowMs;
      backoff = lengthen(backoff, nowMs, options);
    }
    expect(waits).to.deep.equal([0, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000]);
  });

  it("K3 forgets after ten minutes without a crash", () => {
    const before = { delayMs: 160_000, updatedAtMs: 0 };
    expect(restartWait(before, 600_000, options)).to.deep.equal({ atMs: 760_000, delayMs: 160_000 });
    expect(restartWait(before, 600_001, options)).to.equal(undefined);
    expect(lengthen(before, 600_001, options).delayMs).to.equal(10_000);
  });
});
