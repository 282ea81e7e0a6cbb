import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { lockHolder, takeLock } from "./lock.ts";
import { identify } from "./process-identity.ts";
import { UsageError } from "./usage-error.ts";

describe("takeLock", () => {
  let dir: string;
  let pidFile: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "lock-"));
    pidFile = join(dir, "ordinal.pid");
  });
  afterEach(async () => {
    await rm(dir, { recursive: true });
  });

  it("holds the directory until it is released, and leaves nothing behind", async () => {
    const lock = await takeLock(pidFile);
    expect((await lockHolder(pidFile))?.pid).to.equal(process.pid);
    expect((await readFile(pidFile, "utf8")).split("\n")[0]).to.equal(String(process.pid));
    await lock.release();
    expect(await readdir(dir)).to.deep.equal([]);
  });

  it("O3 refuses a second one, naming the first one's pid and the remedy", async () => {
    const lock = await takeLock(pidFile);
    const refusal = await takeLock(pidFile).catch((error: unknown) => error);
    expect(refusal).to.be.instanceOf(UsageError);
    expect((refusal as Error).message).to.match(new RegExp(`pid ${process.pid}.*--data-dir`));
    await lock.release();
  });

  it("takes over from a daemon that was killed", async () => {
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
    await once(child, "spawn");
    const identity = await identify(child.pid ?? 0);
    await writeFile(pidFile, `${child.pid}\n${identity?.startTime}\n${identity?.bootId}\n`);
    expect((await lockHolder(pidFile))?.pid).to.equal(child.pid);
    child.kill("SIGKILL");
    await once(child, "exit");
    const lock = await takeLock(pidFile);
    expect((await lockHolder(pidFile))?.pid).to.equal(process.pid);
    await lock.release();
  });

  it("is not fooled by another process that has the old pid now", async () => {
    await writeFile(pidFile, `${process.pid}\n1\nsome-other-boot\n`);
    expect(await lockHolder(pidFile)).to.equal(undefined);
    const lock = await takeLock(pidFile);
    await lock.release();
  });
});
