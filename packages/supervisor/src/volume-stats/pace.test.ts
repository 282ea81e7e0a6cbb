import { createFakeClock } from "@ordinal/runtime";
import { expect } from "chai";
import { createPace } from "./pace.ts";

describe("createPace", () => {
  it("S37 rests 49 times as long as all who share it have worked", async () => {
    const clock = createFakeClock();
    const begunMs = clock.now();
    const pace = createPace({ clock });
    const done: string[] = [];
    const piece = (name: string, ms: number) => async (): Promise<void> => {
      await clock.sleep(ms);
      done.push(`${name} at ${clock.now() - begunMs}`);
    };
    await Promise.all([pace.turn(piece("first", 1)), clock.advance(1)]);
    // 49 ms are not worth a wait yet.
    await Promise.all([pace.turn(piece("long", 10)), clock.advance(10)]);
    const two = Promise.all([pace.turn(piece("one", 2)), pace.turn(piece("another", 2))]);
    await clock.advance(600);
    await two;
    const last = pace.turn(piece("last", 1));
    await clock.advance(600);
    await last;
    expect(done).to.deep.equal(["first at 1", "long at 11", "one at 542", "another at 542", "last at 739"]);
  });

  it("S37 lets others go on when a piece hangs, and never rests for more than a minute", async () => {
    const clock = createFakeClock();
    const pace = createPace({ clock });
    const hung = Promise.withResolvers<string>();
    const hanging = pace.turn(() => hung.promise);
    expect(await pace.turn(() => Promise.resolve("fine"))).to.equal("fine");
    await clock.advance(3_600_000);
    hung.resolve("late");
    expect(await hanging).to.equal("late");
    const next = pace.turn(() => Promise.resolve("next"));
    await clock.advance(60_000);
    expect(await next).to.equal("next");
  });

  it("goes on after a piece that failed", async () => {
    const pace = createPace({ clock: createFakeClock() });
    const failed = pace.turn(() => Promise.reject(new Error("EIO"))).catch((error: unknown) => String(error));
    expect(await pace.turn(() => Promise.resolve("fine"))).to.equal("fine");
    expect(await failed).to.equal("Error: EIO");
  });

  it("does nothing more when it is time to end", async () => {
    const clock = createFakeClock();
    const pace = createPace({ clock });
    const ending = new AbortController();
    await Promise.all([pace.turn(() => clock.sleep(100), ending.signal), clock.advance(100)]);
    const resting = pace.turn(() => Promise.resolve("never"), ending.signal).catch((error: unknown) => String(error));
    ending.abort(new Error("ending"));
    expect(await resting).to.equal("Error: ending");
  });
});
