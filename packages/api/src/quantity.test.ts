import { expect } from "chai";
import { canonicalQuantity } from "./quantity-format.ts";
import { parseQuantity, parseQuantityMilli, quantityValue } from "./quantity.ts";

describe("quantity", () => {
  const values: readonly (readonly [text: string, units: bigint])[] = [
    ["1", 1n],
    ["1Gi", 1_073_741_824n],
    ["1.5Gi", 1_610_612_736n],
    ["10M", 10_000_000n],
    ["1e3", 1000n],
    ["1E3", 1000n],
    ["1E", 10n ** 18n],
    [".5k", 500n],
    ["5.", 5n],
    ["-2Ki", -2048n],
    ["+3", 3n],
    ["0.1", 1n],
    ["1n", 1n],
    ["0", 0n],
  ];
  for (const [text, units] of values) {
    it(`reads ${text} as ${units} units`, () => {
      expect(parseQuantity(text)).to.deep.equal({ ok: true, value: units });
      expect(quantityValue(text)).to.equal(units);
    });
  }

  it("counts thousandths for processors", () => {
    expect(parseQuantityMilli("250m")).to.deep.equal({ ok: true, value: 250n });
    expect(parseQuantityMilli("0.0001")).to.deep.equal({ ok: true, value: 1n });
  });

  for (const text of ["", ".", "Gi", "1 Gi", "1gi", "0x10", "1e", "--1", "1GiB", "9".repeat(65)]) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      expect(parseQuantity(text)).to.have.property("ok", false);
      expect(canonicalQuantity(text)).to.have.property("ok", false);
      expect(() => quantityValue(text)).to.throw(TypeError, "quantities must match the regular expression");
    });
  }

  const canonical: readonly (readonly [text: string, shown: string])[] = [
    ["1024Mi", "1Gi"],
    ["1.5Gi", "1536Mi"],
    ["0.5Ki", "512"],
    ["1000Ki", "1000Ki"],
    ["-1024Ki", "-1Mi"],
    ["0.5", "500m"],
    ["1000m", "1"],
    ["2500m", "2500m"],
    ["1000", "1k"],
    ["1024", "1024"],
    ["1e3", "1e3"],
    ["12E6", "12e6"],
    ["100e1", "1e3"],
    ["1e0", "1"],
    ["0Gi", "0"],
    ["00.50", "500m"],
  ];
  for (const [text, shown] of canonical) {
    it(`shows ${text} as ${shown}, which shows as itself`, () => {
      expect(canonicalQuantity(text)).to.deep.equal({ ok: true, value: shown });
      expect(canonicalQuantity(shown)).to.deep.equal({ ok: true, value: shown });
    });
  }
});
