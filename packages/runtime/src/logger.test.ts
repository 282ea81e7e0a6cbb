import { expect } from "chai";
import { silentLogger } from "./logger.ts";

describe("silentLogger", () => {
  it("takes everything, and its children do too", () => {
    const child = silentLogger.child({ part: "dns" });
    for (const level of ["debug", "info", "warn", "error"] as const)
      expect(child[level]("x", { y: 1 })).to.equal(undefined);
  });
});
