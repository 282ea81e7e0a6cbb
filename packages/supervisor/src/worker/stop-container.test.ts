import { createFakeClock, type FakeClock } from "@ordinal/runtime";
import { expect } from "chai";
import { aContainer } from "../pod.fixture.ts";
import type { LifecycleHandler } from "./lifecycle-hook.ts";
import { stopContainer, type Stopping } from "./stop-container.ts";

const run = { podUid: "uid", container: "nginx", attempt: 0 };

/** Only time is made up here: what happens to a container, and when, is written down. */
describe("K6 stopContainer", () => {
  let clock: FakeClock;
  let startMs: number;
  let happened: string[];
  let exited: PromiseWithResolvers<void>;

  beforeEach(() => {
    clock = createFakeClock();
    startMs = clock.now();
    happened = [];
    exited = Promise.withResolvers();
  });

  function stop(graceMs: number, preStop?: LifecycleHandler): Stopping {
    const note = (what: string): void => void happened.push(`${what} at ${clock.now() - startMs}`);
    return stopContainer({
      run,
      container: aContainer(preStop === undefined ? {} : { lifecycle: { preStop } }),
      address: "127.244.0.2",
      signal: "SIGQUIT",
      deadlineMs: startMs + graceMs,
      clock,
      exited: exited.promise,
      onHookFailure: note,
      runtime: {
        exec: () => Promise.reject(new Error("no such program")),
        signal: (_, name) => {
          note(name);
          return true;
        },
        kill: async () => {
          note("kill");
          exited.resolve();
        },
      },
    });
  }

  it("signals, and kills what is left behind when the process has ended", async () => {
    const stopping = stop(30_000);
    await clock.advance(10);
    exited.resolve();
    await stopping.done;
    expect(happened).to.deep.equal(["SIGQUIT at 0", "kill at 10"]);
  });

  it("kills at the deadline", async () => {
    const stopping = stop(30_000);
    await clock.advance(30_000);
    await stopping.done;
    expect(happened).to.deep.equal(["SIGQUIT at 0", "kill at 30000"]);
  });

  it("kills at once without grace, and runs no hook", async () => {
    await stop(0, { sleep: { seconds: 5 } }).done;
    expect(happened).to.deep.equal(["kill at 0"]);
  });

  it("K5 counts the preStop hook into the grace", async () => {
    const stopping = stop(10_000, { sleep: { seconds: 4 } });
    await clock.advance(10_000);
    await stopping.done;
    expect(happened).to.deep.equal(["SIGQUIT at 4000", "kill at 10000"]);
  });

  it("K5 gives two seconds after a hook that used up the grace", async () => {
    const stopping = stop(10_000, { sleep: { seconds: 60 } });
    await clock.advance(20_000);
    await stopping.done;
    expect(happened).to.deep.equal(["SIGQUIT at 10000", "kill at 12000"]);
  });

  it("K5 goes on after a hook that failed, and tells", async () => {
    const stopping = stop(10_000, { exec: { command: ["flush"] } });
    await clock.advance(1);
    exited.resolve();
    await stopping.done;
    expect(happened[0]).to.match(
      /^Exec lifecycle hook \(\[flush\]\) for Container "nginx" failed - error: could not be run, message: "no such program" at 0$/,
    );
    expect(happened.slice(1)).to.deep.equal(["SIGQUIT at 0", "kill at 1"]);
  });

  it("can be hurried, never slowed down", async () => {
    const stopping = stop(30_000);
    await clock.advance(1_000);
    stopping.hurry(startMs + 60_000);
    stopping.hurry(startMs + 5_000);
    await clock.advance(10_000);
    await stopping.done;
    expect(happened).to.deep.equal(["SIGQUIT at 0", "kill at 5000"]);
  });

  it("C24 can be cut short in the middle of a hook", async () => {
    const stopping = stop(30_000, { sleep: { seconds: 60 } });
    await clock.advance(1_000);
    stopping.hurry(clock.now());
    await stopping.done;
    expect(happened).to.deep.equal(["kill at 1000"]);
  });
});
