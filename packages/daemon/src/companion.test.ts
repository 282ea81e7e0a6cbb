import { spawnSync } from "node:child_process";
import { pbkdf2 } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { silentLogger, systemClock } from "@ordinal/runtime";
import { expect } from "chai";
import { keepCompanion, stopRecorded, type CompanionOptions, type CompanionRecord, type Serving } from "./companion.ts";
import { identify, isSameProcess } from "./process-identity.ts";

const program = `
import { writeRecord } from ${JSON.stringify(new URL("./companion.ts", import.meta.url).href)};
const argv = [...process.execArgv, ...process.argv.slice(1)];
const recordFile = process.argv[2];
const serving = { addresses: [{ host: "127.0.0.1", port: process.pid }], zones: ["cluster.local"] };
await writeRecord(recordFile, { argv, ...serving });
process.send?.({ serving });
setInterval(() => {}, 1000);
`;

/** The program of these tests says its pid as the port it serves. */
async function pidOf(serving: Promise<Serving>): Promise<number> {
  return (await serving).addresses[0]?.port ?? 0;
}

/** Until then, whoever reads a file waits long for each step of it, and news of processes comes first. */
async function keepFilesWaiting(until: Promise<unknown>): Promise<void> {
  const over = new AbortController();
  void until.finally(() => over.abort());
  const work = promisify(pbkdf2);
  const occupy = async (): Promise<void> => {
    while (!over.signal.aborted) await work("", "", 20_000, 32, "sha256");
  };
  await Promise.all(Array.from({ length: 8 }, occupy));
}

describe("keepCompanion", () => {
  let dir: string;
  let options: CompanionOptions;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "companion-"));
    const script = join(dir, "program.mjs");
    await writeFile(script, program);
    const recordFile = join(dir, "dns.json");
    const logFile = join(dir, "dns.log");
    options = { name: "dns", argv: [script, recordFile], logFile, recordFile, clock: systemClock, log: silentLogger };
  });
  afterEach(async () => {
    await stopRecorded(options.recordFile, systemClock);
    await rm(dir, { recursive: true });
  });

  const readRecord = async () => JSON.parse(await readFile(options.recordFile, "utf8")) as CompanionRecord;

  it("leaves the process running when released, and adopts it next time", async () => {
    const first = keepCompanion(options);
    const pid = await pidOf(first.serving);
    await first.release();
    const second = keepCompanion(options);
    expect(await pidOf(second.serving)).to.equal(pid);
    expect((await second.serving).zones).to.deep.equal(["cluster.local"]);
    const record = await readRecord();
    await second.stop();
    expect(await isSameProcess(record)).to.equal(false);
  });

  it("replaces a process that was started with other settings", async () => {
    const first = keepCompanion(options);
    const pid = await pidOf(first.serving);
    await first.release();
    const second = keepCompanion({ ...options, argv: [...options.argv, "--other"] });
    expect(await pidOf(second.serving)).not.to.equal(pid);
    await second.stop();
  });

  it("starts it again when it is killed", async () => {
    const companion = keepCompanion(options);
    const pid = await pidOf(companion.serving);
    process.kill(pid, "SIGKILL");
    let record = await readRecord();
    while (record.pid === pid) {
      await systemClock.sleep(5);
      record = await readRecord();
    }
    expect(await isSameProcess(record)).to.equal(true);
    await companion.stop();
  });

  it("says where the last words are when it cannot start", async () => {
    await writeFile(options.argv[0] ?? "", "throw new Error('port is busy');");
    const companion = keepCompanion(options);
    const failure: unknown = await companion.serving.catch((error: unknown) => error);
    expect((failure as Error).message).to.contain(options.logFile);
    expect(await readFile(options.logFile, "utf8")).to.contain("port is busy");
    await companion.stop();
  });

  it("ends a process that has not written anything about itself yet", async () => {
    await writeFile(options.argv[0] ?? "", "console.log(process.pid); setInterval(() => {}, 1000);");
    const companion = keepCompanion(options);
    let pid = 0;
    while (pid === 0) {
      await systemClock.sleep(5);
      pid = Number(await readFile(options.logFile, "utf8").catch(() => "0"));
    }
    expect(await identify(pid)).not.to.equal(undefined);
    await companion.stop();
    expect(await identify(pid)).to.equal(undefined);
  });

  it("leaves none running that took the place of one which died while it was being ended", async () => {
    const [script = ""] = options.argv;
    const [first, end] = [join(dir, "first"), join(dir, "end")];
    await writeFile(
      script,
      `import { existsSync, writeFileSync } from "node:fs";
      const [first, end] = ${JSON.stringify([first, end])};
      const isFirst = !existsSync(first);
      if (isFirst) writeFileSync(first, String(process.pid));
      setInterval(() => isFirst && existsSync(end) && process.exit(), 1);
      setTimeout(() => process.exit(), 10_000);`,
    );
    // Nothing is waited for before the next try, so that it comes as early as it can.
    const companion = keepCompanion({ ...options, clock: { ...systemClock, sleep: async () => {} } });
    let pid = 0;
    while (pid === 0) {
      await systemClock.sleep(5);
      pid = Number(await readFile(first, "utf8").catch(() => "0"));
    }
    // All without a turn of the event loop, so that its end is not seen here before `stop` has begun.
    writeFileSync(end, "");
    while (!readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ")) continue;
    const stopping = companion.stop();
    await keepFilesWaiting(stopping);
    await stopping;
    expect(spawnSync("pgrep", ["-f", script], { encoding: "utf8" }).stdout).to.equal("");
  });

  it("starts nothing when it is released while it still looks for an earlier process", async () => {
    const companion = keepCompanion(options);
    await companion.release();
    expect(existsSync(options.logFile)).to.equal(false);
  });

  it("starts a process where a crash of the machine has cut the record short", async () => {
    await writeFile(options.recordFile, '{"pid":');
    const companion = keepCompanion(options);
    const pid = await pidOf(companion.serving);
    expect((await readRecord()).pid).to.equal(pid);
    await companion.stop();
  });

  it("ends its process also when the record cannot be read", async () => {
    const companion = keepCompanion(options);
    const pid = await pidOf(companion.serving);
    await rm(options.recordFile);
    await mkdir(options.recordFile);
    const failure: unknown = await companion.stop().catch((error: unknown) => error);
    expect((failure as Error).message).to.contain("EISDIR");
    expect(await identify(pid)).to.equal(undefined);
    await rm(options.recordFile, { recursive: true });
  });
});
