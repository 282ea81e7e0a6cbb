import { createFakeClock } from "@ordinal/runtime";
import { expect } from "chai";
import { createPace } from "./pace.ts";

describe("createPace", () => {
  it("S37 rests 49 times as long as it worked, one piece at a time", async () => {
    const clock = createFakeClock();
    const begunMs = clock.now();
    const pace = createPace({ clock });
    const done: string[] = [];
    const piece = (name: string, ms: number) => async (): Promise<void> => {
      await clock.sleep(ms);
      done.push(`${name} at ${clock.now() - begunMs}`);
    };
    const all = Promise.all([pace.turn(piece("long", 10)), pace.turn(piece("short", 1)), pace.turn(piece("last", 1))]);
    await clock.advance(1_000);
    await all;
    // 10 + 490 of rest; what took 1 ms is carried over.
    expect(done).to.deep.equal(["long at 10", "short at 501", "last at 502"]);
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
    const resting = pace.turn(() => clock.sleep(100), ending.signal).catch((error: unknown) => String(error));
    const waiting = pace.turn(() => Promise.resolve("never"), ending.signal).catch((error: unknown) => String(error));
    await clock.advance(200);
    ending.abort(new Error("ending"));
    expect(await resting).to.equal("Error: ending");
    expect(await waiting).to.equal("Error: ending");
  });
});
