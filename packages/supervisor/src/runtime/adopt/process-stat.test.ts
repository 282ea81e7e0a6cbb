import { readFile } from "node:fs/promises";
import { expect } from "chai";
import { isAlive, parseStat } from "./process-stat.ts";

describe("parseStat", () => {
  it("reads a name with spaces and parentheses", () => {
    const line = "42 (a) S (b c)) Z 7 42 43 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 123456 0 0";
    expect(parseStat(line)).to.deep.equal({ pid: 42, parentPid: 7, session: 43, startTime: "123456", zombie: true });
  });

  it("reads this process, which is alive until its start time is another", async () => {
    const own = parseStat(await readFile("/proc/self/stat", "utf8"));
    if (own === undefined) throw new Error("cannot read /proc/self/stat");
    expect(own).to.include({ pid: process.pid, parentPid: process.ppid, zombie: false });
    expect(await isAlive(own)).to.equal(true);
    expect(await isAlive({ ...own, startTime: "1" })).to.equal(false);
  });

  for (const text of ["", "42", "42 (x) S 1"]) {
    it(`takes ${JSON.stringify(text)} for nothing`, () => expect(parseStat(text)).to.equal(undefined));
  }
});
