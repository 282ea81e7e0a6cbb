import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { openStore } from "./embedded-store.ts";
import { StoreInUseError } from "./owner.ts";
import { describeStoreContract } from "./store-contract.fixture.ts";
import { StorageError } from "./storage-error.ts";
import type { Store } from "./store.ts";

const run = promisify(execFile);

describe("openStore", () => {
  const dirs = new Map<Store, string>();
  const cleanups: (() => Promise<void>)[] = [];

  async function tempDir(): Promise<string> {
    const dir = await mkdtemp(join(tmpdir(), "ordinal.store-"));
    cleanups.push(() => rm(dir, { recursive: true }));
    return dir;
  }

  async function open(dir: string): Promise<Store> {
    const store = await openStore({ dir, keepEvents: 10 });
    dirs.set(store, dir);
    cleanups.push(async () => {
      if (dirs.delete(store)) await store.stop();
    });
    return store;
  }

  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
  });

  describeStoreContract("the embedded store", {
    make: async () => await open(join(await tempDir(), "made", "on the way")),
    async reopen(store) {
      const dir = dirs.get(store) ?? "";
      dirs.delete(store);
      await store.stop();
      return await open(dir);
    },
  });

  it("refuses a store that is open already, and opens it once it is closed", async () => {
    const dir = await tempDir();
    const store = await open(dir);
    const error = await openStore({ dir }).catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(StoreInUseError).with.property("pid", process.pid);
    expect(error).to.have.property("message").that.includes(`in use by process ${process.pid}; stop that process`);
    expect(await store.put("/still", "works")).to.have.property("ok", true);
    dirs.delete(store);
    await store.stop();
    expect((await (await open(dir)).get("/still"))?.value).to.equal("works");
  });

  it("refuses a store that another process has open, and takes over what a dead one left", async () => {
    const dir = await tempDir();
    const store = await open(dir);
    const script = `import { openStore } from ${JSON.stringify(import.meta.resolve("./embedded-store.ts"))};
      openStore({ dir: process.argv[1] }).then(() => process.exit(0), (error) => { console.log(error.message); process.exit(3); });`;
    const child = ["--input-type=module", "-e", script, dir];
    const refused = (await run(process.execPath, child).catch((thrown: unknown) => thrown)) as {
      code: number;
      stdout: string;
    };
    expect(refused.code).to.equal(3);
    expect(refused.stdout).to.include(`in use by process ${process.pid}`);
    dirs.delete(store);
    await store.stop();
    // This child exits without closing the store.
    await run(process.execPath, child);
    await open(dir);
  });

  it("says where and why when the directory cannot be used", async () => {
    const file = join(await tempDir(), "file");
    await writeFile(file, "in the way");
    const error = await openStore({ dir: join(file, "store") }).catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(StorageError);
    expect(error)
      .to.have.property("message")
      .that.matches(/^cannot open the store in .*file\/store: ENOTDIR/);
  });

  it("says what to do about a file that is no database, and leaves it as it is", async () => {
    const dir = await tempDir();
    const garbage = Buffer.alloc(20_000, "no database ");
    await writeFile(join(dir, "data.mdb"), garbage);
    const error: unknown = await openStore({ dir }).catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(StorageError).with.property("message").that.includes("or move it away");
    expect((await readFile(join(dir, "data.mdb"))).equals(garbage)).to.equal(true);
  });

  it("finds nothing under a key that is too long, and refuses to write it without harm to others", async () => {
    const store = await open(await tempDir());
    const key = `/${"x".repeat(5000)}`;
    expect(await store.get(key)).to.equal(undefined);
    expect((await store.range({ prefix: key })).entries).to.deep.equal([]);
    const [refused, written] = await Promise.allSettled([store.put(key, "x"), store.put("/short", "x")]);
    expect(refused).to.have.property("reason").that.is.instanceOf(RangeError);
    expect(written).to.have.property("status", "fulfilled");
    expect(store.revision()).to.equal(1);
  });

  it("makes a directory and files nobody else can read", async () => {
    const dir = join(await tempDir(), "private");
    await open(dir);
    const modeOf = async (path: string): Promise<string> => ((await stat(path)).mode & 0o777).toString(8);
    expect(await modeOf(dir)).to.equal("700");
    const names = await readdir(dir);
    expect(names).to.include("data.mdb");
    for (const name of names) expect(await modeOf(join(dir, name)), name).to.equal("600");
  });
});
