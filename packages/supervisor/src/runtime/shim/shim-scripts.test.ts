import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { mustRun } from "../commands/run-command.ts";
import { temporaryDirectory } from "../runtime.fixture.ts";
import { installScripts } from "./install-scripts.ts";

describe("the shim", () => {
  let directory: string;

  beforeEach(async () => {
    directory = await temporaryDirectory();
    await mkdir(join(directory, "logs"));
    await mustRun(["mkfifo", ...["out", "drain", "alive", "in"].map((name) => join(directory, name))]);
  });
  afterEach(async () => await rm(directory, { recursive: true }));

  const start = async (script: string, { stdin = "false", logger = "split" } = {}) => {
    const { start: path, shim } = await installScripts(join(directory, "scripts"));
    const words = [path, "10", logger, stdin, "/bin/sh", shim, stdin, "/bin/sh", "-c", script];
    return spawn("/bin/sh", words, { cwd: directory, stdio: ["ignore", "ignore", "ignore", "pipe"] });
  };
  const exitFile = async (): Promise<string> => await readFile(join(directory, "exit"), "utf8");
  const log = async (name: string): Promise<string> => await readFile(join(directory, "logs", name), "utf8");

  for (const [script, code] of [
    ["exit 0", 0],
    ["exit 7", 7],
    ["exit 143", 143],
    ["kill -KILL $$", 137],
    ["kill -USR1 $PPID; kill -TERM $PPID; exit 138", 138],
    ["kill -USR1 $PPID; exit 127", 127],
    ["kill -TERM $PPID; kill -TERM $PPID; kill -HUP $PPID; exit 5", 5],
  ] as const) {
    it(`writes ${code} for "${script}"`, async () => {
      await once(await start(script), "exit");
      expect(await exitFile()).to.equal(`${code}\n`);
    });
  }

  it("ends when everything that was written is in the log, in pieces", async () => {
    await once(await start("echo 123456789; echo error >&2; echo abc >/dev/stdout"), "exit");
    expect(await log("000000")).to.equal("123456789\n");
    expect(await log("000001")).to.equal("error\nabc\n");
  });

  it("writes one piece without end where there is no split(1) of GNU", async () => {
    await once(await start("echo 123456789; echo more", { logger: "cat" }), "exit");
    expect(await log("000000")).to.equal("123456789\nmore\n");
  });

  it("keeps input open until it is told that it ends", async () => {
    const shim = await start("cat; exit 4", { stdin: "true" });
    const writer = spawn("/bin/sh", ["-c", `echo hello >'${directory}/in'`]);
    await once(writer, "exit");
    while (!(await log("000000").catch(() => "")).includes("hello"));
    shim.kill("SIGUSR1");
    await once(shim, "exit");
    expect(await exitFile()).to.equal("4\n");
  });

  it("leaves no signal ignored for the program but what a shell always does", async () => {
    await once(await start("grep -h SigIgn /proc/self/status", { logger: "cat" }), "exit");
    expect(await log("000000")).to.equal("SigIgn:\t0000000000000006\n");
  });
});
