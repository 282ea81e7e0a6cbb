import { expect } from "chai";
import { aContainer, aPod } from "../../pod.fixture.ts";
import { memorySize } from "./memory-size.ts";

describe("memorySize", () => {
  const cases: readonly (readonly [sizeLimit: string | undefined, limits: readonly (string | undefined)[], number])[] =
    [
      [undefined, [undefined], 1_000_000],
      ["64k", [undefined], 64_000],
      ["64Ki", ["32Ki"], 32_768],
      [undefined, ["100k", "200k"], 300_000],
      [undefined, ["100k", undefined], 1_000_000],
      ["0", [undefined], 1_000_000],
      ["1G", ["1G"], 1_000_000],
      ["100m", [undefined], 1],
    ];
  for (const [sizeLimit, limits, expected] of cases) {
    it(`S46 is ${expected} for sizeLimit ${sizeLimit} and memory limits ${limits.join(", ")}`, () => {
      const containers = limits.map((memory) =>
        aContainer(memory === undefined ? {} : { resources: { limits: { memory } } }),
      );
      expect(memorySize(sizeLimit, { pod: aPod({ spec: { containers } }), nodeBytes: 1_000_000 })).to.equal(expected);
    });
  }
});
