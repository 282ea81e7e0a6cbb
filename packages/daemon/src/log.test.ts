import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { createLog } from "./log.ts";

describe("the daemon's log", () => {
  let dir: string;

  beforeEach(async () => (dir = await mkdtemp(join(tmpdir(), "ordinal-log-"))));
  afterEach(async () => await rm(dir, { recursive: true }));

  /** What stands in the file once a last line is in it. */
  async function linesAt(level: string): Promise<readonly object[]> {
    const log = createLog({ level, format: "text", dir, toTerminal: false });
    const part = log.child({ part: "api" });
    part.debug("request", { path: "/api" });
    part.warn("slow", { ms: 7 });
    log.info("done");
    const read = async (): Promise<string> => await readFile(join(dir, "daemon.log"), "utf8").catch(() => "");
    while (!(await read()).includes('"done"')) await new Promise((resolve) => setImmediate(resolve));
    return (await read())
      .trimEnd()
      .split("\n")
      .map((line) => {
        const { timestamp, ...rest } = JSON.parse(line) as { timestamp: string };
        expect(Date.parse(timestamp)).to.be.a("number").and.not.NaN;
        return rest;
      });
  }

  const slow = { level: "warn", message: "slow", part: "api", ms: 7 };
  const done = { level: "info", message: "done" };

  it("has a line of JSON for everything from its level on", async () => {
    expect(await linesAt("info")).to.deep.equal([slow, done]);
  });

  it("has what only debugging needs when it is asked for", async () => {
    const request = { level: "debug", message: "request", part: "api", path: "/api" };
    expect(await linesAt("debug")).to.deep.equal([request, slow, done]);
  });
});
