import { expect } from "chai";
import { parseDuration, showDuration } from "./duration.ts";
import { isShort, parseFreeSpace } from "./free-space.ts";

describe("durations", () => {
  it("are read as people write them", () => {
    const read = {
      "0": 0,
      "0s": 0,
      "30m": 1_800_000,
      "24h": 86_400_000,
      "1h30m": 5_400_000,
      "7d": 604_800_000,
      "2w": 1_209_600_000,
    };
    for (const [text, value] of Object.entries(read))
      expect(parseDuration(text), text).to.deep.equal({ ok: true, value });
  });

  it("are refused otherwise", () => {
    for (const text of ["", "24", "-1h", "1.5h", "h", "1y", "1h ", "1h\n", "9999999999h", "999999999w", "١h"])
      expect(parseDuration(text).ok, text).to.equal(false);
  });

  it("are shown in the two largest units", () => {
    const shown = {
      0: "0s",
      999: "0s",
      59_000: "59s",
      5_400_000: "1h30m",
      86_400_000: "1d",
      90_061_000: "1d1h",
      3_601_000: "1h",
    };
    for (const [ms, text] of Object.entries(shown)) expect(showDuration(Number(ms)), ms).to.equal(text);
  });
});

describe("free space", () => {
  it("is a share or a size, and nothing else", () => {
    expect(parseFreeSpace("10%")).to.deep.equal({ ok: true, value: { percent: 10 } });
    expect(parseFreeSpace("2.5%")).to.deep.equal({ ok: true, value: { percent: 2.5 } });
    expect(parseFreeSpace("1Gi")).to.deep.equal({ ok: true, value: { bytes: 1_073_741_824n } });
    expect(parseFreeSpace("0")).to.deep.equal({ ok: true, value: { bytes: 0n } });
    for (const text of ["", "100%", "-1%", "-1Gi", "1Gi5", "10 %", "ten"])
      expect(parseFreeSpace(text).ok, text).to.equal(false);
  });

  it("is short below the threshold and not at it", () => {
    const room = (freeBytes: bigint) => ({ freeBytes, totalBytes: 1_000n });
    expect(isShort(room(99n), { percent: 10 })).to.equal(true);
    expect(isShort(room(100n), { percent: 10 })).to.equal(false);
    expect(isShort(room(0n), { percent: 0 })).to.equal(false);
    expect(isShort(room(49n), { bytes: 50n })).to.equal(true);
    expect(isShort(room(50n), { bytes: 50n })).to.equal(false);
  });
});
