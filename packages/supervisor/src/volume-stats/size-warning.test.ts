import { expect } from "chai";
import { fillWarning, nextFill, type Fill } from "./size-warning.ts";

const claimedBytes = 1000 * 2 ** 20;
const level = (percent: number) => ({ usedBytes: (claimedBytes * percent) / 100, claimedBytes });

describe("the warning of a volume's size", () => {
  const cases: readonly (readonly [before: Fill, percent: number, after: Fill, reason: string | undefined])[] = [
    ["fits", 84, "fits", undefined],
    ["fits", 85, "nearly full", "VolumeNearlyFull"],
    ["fits", 100, "over", "VolumeOverCapacity"],
    ["nearly full", 84, "nearly full", undefined],
    ["nearly full", 79, "fits", undefined],
    ["nearly full", 99, "nearly full", undefined],
    ["nearly full", 130, "over", "VolumeOverCapacity"],
    ["over", 96, "over", undefined],
    ["over", 94, "nearly full", undefined],
    ["over", 10, "fits", undefined],
    ["over", 500, "over", undefined],
  ];
  for (const [before, percent, after, reason] of cases) {
    it(`S37 at ${percent} % after "${before}" is "${after}" and says ${reason ?? "nothing"}`, () => {
      expect(nextFill(before, level(percent))).to.equal(after);
      expect(fillWarning(before, after, level(percent))?.reason).to.equal(reason);
    });
  }

  it("S37 tells figures and remedy", () => {
    expect(fillWarning("fits", "nearly full", level(93.7))?.message).to.equal(
      "The volume holds 937Mi, 93% of the 1000Mi claimed. A directory is not held to its size: raise spec.resources.requests.storage of the claim, remove data, or use the StorageClass local-image, whose sizes hold.",
    );
  });

  it("says nothing of a volume that names no size", () => {
    expect(nextFill("fits", { usedBytes: 10, claimedBytes: 0 })).to.equal("fits");
  });
});
