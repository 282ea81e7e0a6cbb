import { describeError } from "@ordinal/runtime";
import { expect } from "chai";
import { explainDisk } from "./explain-disk.ts";

describe("explainDisk", () => {
  const errorOf = (code: string): Error => Object.assign(new Error(`${code}: words`), { code });

  it("says which disk is full or read-only, and what helps", () => {
    expect(describeError(explainDisk(errorOf("ENOSPC"), "/data"))).to.match(
      /^the disk of \/data is full: make room, for example with "ordinal volumes prune --all", .*: ENOSPC: words$/,
    );
    expect(describeError(explainDisk(errorOf("EROFS"), "/data"))).to.contain(
      "the disk of /data is read-only: mount it",
    );
  });

  it("leaves every other error as it is", () => {
    const error = errorOf("EACCES");
    expect(explainDisk(error, "/data")).to.equal(error);
  });
});
