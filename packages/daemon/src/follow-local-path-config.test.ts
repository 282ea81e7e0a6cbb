import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLogger, type Logger } from "@ordinal/runtime";
import { expect } from "chai";
import { followLocalPathConfig } from "./follow-local-path-config.ts";

const configOf = (path: string) =>
  JSON.stringify({ nodePathMap: [{ node: "DEFAULT_PATH_FOR_NON_LISTED_NODES", paths: [path] }] });

describe("the followed configuration of local-path", () => {
  let dir: string;
  let path: string;
  let said: string[];
  let onError: () => void;

  const log: Logger = {
    ...silentLogger,
    error(message, fields) {
      said.push(`${message}: ${JSON.stringify(fields)}`);
      onError();
    },
  };

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "local-path-config-"));
    path = join(dir, "config.json");
    said = [];
    onError = () => {};
  });
  afterEach(async () => {
    await rm(dir, { recursive: true });
  });

  it("S30 takes over a changed file, and keeps the last good one when a change is broken", async () => {
    await writeFile(path, configOf("/one"));
    const followed = await followLocalPathConfig(path, { log });
    const pathsNow = () => [...(followed.current().paths?.nodePathMap.values() ?? [])].flat();
    try {
      expect(pathsNow()).to.deep.equal(["/one"]);
      const changed = new Promise<void>((resolve) => followed.onChange(resolve));
      await writeFile(path, configOf("/two"));
      await changed;
      expect(pathsNow()).to.deep.equal(["/two"]);
      const failed = new Promise<void>((resolve) => {
        onError = resolve;
      });
      await writeFile(path, configOf("relative"));
      await failed;
      expect(pathsNow()).to.deep.equal(["/two"]);
      expect(said.join()).to.contain("path must start with /").and.to.contain(path);
    } finally {
      await followed.stop();
    }
  });

  it("refuses to begin with a file that is missing or broken, naming it", async () => {
    const problem = async () =>
      await followLocalPathConfig(path, { log }).then(
        () => "none",
        (error: unknown) => String(error),
      );
    expect(await problem()).to.contain(`--local-path-config ${path}: cannot be read`);
    await writeFile(path, "{");
    expect(await problem()).to.contain(`--local-path-config ${path}: is not JSON`);
  });
});
