import type { Clock } from "./clock.ts";

/** A clock for tests: time stands still until it is advanced. */
export interface FakeClock extends Clock {
  /** Moves time forward and runs, in order, everything that falls due. */
  advance(ms: number): Promise<void>;
}

interface Timer {
  readonly due: number;
  readonly order: number;
  readonly run: () => void;
}

/** Starts at `startMs`, by default 2026-01-01T00:00:00Z. */
export function createFakeClock(startMs: number = Date.UTC(2026, 0, 1)): FakeClock {
  const timers = new Set<Timer>();
  let nowMs = startMs;
  let order = 0;

  function after(ms: number, run: () => void): () => void {
    const timer: Timer = { due: nowMs + ms, order: order++, run };
    timers.add(timer);
    return () => timers.delete(timer);
  }

  function nextDue(limit: number): Timer | undefined {
    return [...timers]
      .filter((timer) => timer.due <= limit)
      .toSorted((a, b) => a.due - b.due || a.order - b.order)
      .at(0);
  }

  return {
    now: () => nowMs,
    after,
    sleep(ms, signal) {
      return new Promise((resolve, reject) => {
        signal?.throwIfAborted();
        const cancel = after(ms, resolve);
        signal?.addEventListener("abort", () => {
          cancel();
          reject(signal.reason as Error);
        });
      });
    },
    async advance(ms) {
      // What was started just now may want to wait from now on, not from the end on.
      await settle();
      const end = nowMs + ms;
      for (let timer = nextDue(end); timer !== undefined; timer = nextDue(end)) {
        timers.delete(timer);
        nowMs = timer.due;
        timer.run();
        await settle();
      }
      nowMs = end;
      await settle();
    },
  };
}

/** Lets everything that is already resolved run to its next wait. */
async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
