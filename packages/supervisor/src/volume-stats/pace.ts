import type { Clock } from "@ordinal/runtime";

/** Gives background work a bounded share of one core. */
export interface Pace {
  /**
   * Does a small piece of work, alone among the users of this pace, and then waits until the share is kept. Rejects with
   * the signal's reason when it is time to end.
   */
  turn<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T>;
}

export interface PaceOptions {
  readonly clock: Clock;
  /** Of one core's time, from 0 to 1. Defaults to 0.02. */
  readonly share?: number;
}

/** Shorter waits cost more than they spare. */
const shortestWorkMs = 4;

/**
 * Counts the time that pieces take, waits for the disk included, which is at least the processor time they need. Less than
 * a few milliseconds of it are carried over to the next piece.
 */
export function createPace({ clock, share = 0.02 }: PaceOptions): Pace {
  let workedMs = 0;
  let last: Promise<unknown> = Promise.resolve();

  async function one<T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    signal?.throwIfAborted();
    const begunMs = clock.now();
    const result = await work();
    // A clock that was set back meanwhile must not count.
    workedMs += Math.max(0, clock.now() - begunMs);
    if (workedMs < shortestWorkMs) return result;
    const restMs = workedMs * (1 / share - 1);
    workedMs = 0;
    await clock.sleep(restMs, signal);
    return result;
  }

  return {
    async turn(work, signal) {
      const mine = last.then(async () => await one(work, signal));
      // Whoever comes next waits for the end of this one, whatever it is.
      last = mine.catch(() => {});
      return await mine;
    },
  };
}

/** For what has to be known soon. */
export const unpaced: Pace = { turn: async (work) => await work() };
