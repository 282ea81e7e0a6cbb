import { expect } from "chai";
import { createFakeClock } from "./fake-clock.ts";

describe("fake clock", () => {
  it("stands still until it is advanced", async () => {
    const clock = createFakeClock(1000);
    expect(clock.now()).to.equal(1000);
    await clock.advance(50);
    expect(clock.now()).to.equal(1050);
  });

  it("runs what falls due in the order of time, then of asking, each at its own time", async () => {
    const clock = createFakeClock(0);
    const seen: string[] = [];
    clock.after(20, () => seen.push(`late ${clock.now()}`));
    clock.after(10, () => seen.push(`first ${clock.now()}`));
    clock.after(10, () => seen.push(`second ${clock.now()}`));
    clock.after(31, () => seen.push("not yet"));
    await clock.advance(30);
    expect(seen).to.deep.equal(["first 10", "second 10", "late 20"]);
  });

  it("also runs what is asked for on the way", async () => {
    const clock = createFakeClock(0);
    const seen: number[] = [];
    const tick = () => {
      seen.push(clock.now());
      clock.after(10, tick);
    };
    clock.after(10, tick);
    await clock.advance(35);
    expect(seen).to.deep.equal([10, 20, 30]);
  });

  it("lets code that sleeps in a row go on", async () => {
    const clock = createFakeClock(0);
    const seen: number[] = [];
    const work = (async () => {
      for (const ms of [5, 5, 5]) {
        await clock.sleep(ms);
        seen.push(clock.now());
      }
    })();
    await clock.advance(15);
    await work;
    expect(seen).to.deep.equal([5, 10, 15]);
  });

  it("lets what was started just before begin to wait first", async () => {
    const clock = createFakeClock(0);
    const seen: number[] = [];
    const work = Promise.resolve().then(async () => {
      await clock.sleep(5);
      seen.push(clock.now());
    });
    await clock.advance(10);
    await work;
    expect(seen).to.deep.equal([5]);
  });

  it("does not run what was cancelled, and rejects a sleep that is aborted", async () => {
    const clock = createFakeClock(0);
    const seen: string[] = [];
    clock.after(10, () => seen.push("cancelled"))();
    const ending = new AbortController();
    const sleeping = clock.sleep(10, ending.signal).catch((error: unknown) => error);
    const why = new Error("enough");
    ending.abort(why);
    await clock.advance(20);
    expect(await sleeping).to.equal(why);
    expect(await clock.sleep(1, ending.signal).catch((error: unknown) => error)).to.equal(why);
    expect(seen).to.deep.equal([]);
  });
});
