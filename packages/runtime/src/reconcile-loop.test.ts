import { expect } from "chai";
import { createFakeClock } from "./fake-clock.ts";
import type { FakeClock } from "./fake-clock.ts";
import { silentLogger } from "./logger.ts";
import type { Fields, Logger } from "./logger.ts";
import { startReconcileLoop } from "./reconcile-loop.ts";
import type { ReconcileLoop, ReconcileLoopOptions } from "./reconcile-loop.ts";

describe("reconcile loop", () => {
  let clock: FakeClock;
  let loop: ReconcileLoop | undefined;

  function start(options: Partial<ReconcileLoopOptions> & Pick<ReconcileLoopOptions, "reconcile">): ReconcileLoop {
    loop = startReconcileLoop({ name: "test", clock, log: silentLogger, ...options });
    return loop;
  }

  beforeEach(() => {
    clock = createFakeClock(0);
  });
  afterEach(async () => {
    await loop?.stop();
  });

  it("does not run inside its caller's stack", async () => {
    const seen: string[] = [];
    start({
      reconcile: (key) => {
        seen.push(key);
        return Promise.resolve();
      },
    }).enqueue("a");
    expect(seen).to.deep.equal([]);
    await clock.advance(0);
    expect(seen).to.deep.equal(["a"]);
  });

  it("never runs one key twice at once, and runs it again for what came meanwhile", async () => {
    const gates: (() => void)[] = [];
    let running = 0;
    let most = 0;
    const started = start({
      async reconcile() {
        running += 1;
        most = Math.max(most, running);
        await new Promise<void>((resolve) => gates.push(resolve));
        running -= 1;
      },
    });
    started.enqueue("a");
    await clock.advance(0);
    started.enqueue("a");
    started.enqueue("a");
    await clock.advance(0);
    expect(gates).to.have.length(1);
    gates[0]?.();
    await clock.advance(0);
    expect(gates).to.have.length(2);
    gates[1]?.();
    await clock.advance(0);
    expect([gates.length, most]).to.deep.equal([2, 1]);
  });

  it("works on several keys, but on no more than it may", async () => {
    const open = new Map<string, () => void>();
    const started = start({
      concurrency: 2,
      reconcile: (key) => new Promise<void>((resolve) => open.set(key, resolve)),
    });
    for (const key of ["a", "b", "c"]) started.enqueue(key);
    await clock.advance(0);
    expect([...open.keys()]).to.deep.equal(["a", "b"]);
    open.get("a")?.();
    await clock.advance(0);
    expect([...open.keys()]).to.deep.equal(["a", "b", "c"]);
    for (const release of open.values()) release();
  });

  it("tries again after 20, 40, 80 ms, and starts over after a success", async () => {
    const at: number[] = [];
    let isBroken = true;
    const started = start({
      reconcile() {
        at.push(clock.now());
        return isBroken ? Promise.reject(new Error("not yet")) : Promise.resolve();
      },
    });
    started.enqueue("a");
    await clock.advance(100);
    isBroken = false;
    await clock.advance(1000);
    expect(at).to.deep.equal([0, 20, 60, 140]);
    isBroken = true;
    started.enqueue("a");
    await clock.advance(25);
    expect(at.slice(4)).to.deep.equal([1100, 1120]);
  });

  it("waits no longer than the cap", async () => {
    const at: number[] = [];
    start({
      baseMs: 10,
      capMs: 30,
      reconcile() {
        at.push(clock.now());
        return Promise.reject(new Error("never"));
      },
    }).enqueue("a");
    await clock.advance(100);
    expect(at).to.deep.equal([0, 10, 30, 60, 90]);
  });

  it("looks again when asked to, and sooner when something happens", async () => {
    const at: number[] = [];
    const started = start({
      reconcile() {
        at.push(clock.now());
        return Promise.resolve(at.length < 3 ? { againMs: 100 } : {});
      },
    });
    started.enqueue("a");
    await clock.advance(100);
    await clock.advance(40);
    started.enqueue("a");
    await clock.advance(1000);
    expect(at).to.deep.equal([0, 100, 140]);
  });

  it("says quietly that it tries again, and louder when that goes on", async () => {
    const said: (readonly [level: string, message: string, fields: Fields | undefined])[] = [];
    const log: Logger = {
      ...silentLogger,
      debug: (message, fields) => said.push(["debug", message, fields]),
      warn: (message, fields) => said.push(["warn", message, fields]),
    };
    start({ log, reconcile: () => Promise.reject(new Error("no", { cause: new Error("disk") })) }).enqueue("a");
    await clock.advance(150);
    expect(said.map(([level]) => level)).to.deep.equal(["debug", "debug", "debug", "warn"]);
    expect(said[3]).to.deep.equal([
      "warn",
      "test: a failed, trying again",
      { error: "no: disk", nextTryMs: 160, failures: 4 },
    ]);
  });

  it("leaves a reconcile behind that does not end, and says so", async () => {
    const said: string[] = [];
    const log: Logger = { ...silentLogger, error: (message: string) => void said.push(message) };
    const started = start({ log, reconcile: async () => await new Promise<void>(() => {}) });
    started.enqueue("a");
    await clock.advance(0);
    const stopped = started.stop();
    await clock.advance(9_999);
    expect(said).to.deep.equal([]);
    await clock.advance(1);
    await stopped;
    expect(said).to.deep.equal(["test: a step did not end, and is left behind"]);
    loop = undefined;
  });

  it("has stopped when the last reconcile has finished, and begins none after that", async () => {
    const seen: string[] = [];
    let wasAborted = false;
    const started = start({
      async reconcile(key, signal) {
        seen.push(key);
        await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
        wasAborted = signal.aborted;
        throw new Error("interrupted");
      },
    });
    started.enqueue("a");
    await clock.advance(0);
    await started.stop();
    expect(wasAborted).to.equal(true);
    started.enqueue("b");
    await clock.advance(60_000);
    expect(seen).to.deep.equal(["a"]);
  });
});
