import type { Clock } from "@ordinal/runtime";

/** Gives background work a bounded share of one core. */
export interface Pace {
  /** Waits until the share allows it, then does a small piece of work. Rejects with the signal's reason when it is time to end. */
  turn<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T>;
}

export interface PaceOptions {
  readonly clock: Clock;
  /** Of one core's time, from 0 to 1. Defaults to 0.02. */
  readonly share?: number;
}

/** Shorter waits cost more than they spare. */
const shortestRestMs = 100;
/** Of one wait: a disk that answers slowly takes time, and no processor. */
const longestRestMs = 60_000;

/**
 * Counts the time that pieces take, waits for the disk included, which is at least the processor time they need, and rests
 * accordingly: all users of it together. A piece that hangs holds up nobody else.
 */
export function createPace({ clock, share = 0.02 }: PaceOptions): Pace {
  let restUntilMs = 0;

  return {
    async turn(work, signal) {
      // Others may have worked while this one rested.
      for (let restMs = restOf(); restMs >= shortestRestMs; restMs = restOf()) await clock.sleep(restMs, signal);
      signal?.throwIfAborted();
      const begunMs = clock.now();
      try {
        return await work();
      } finally {
        const tookMs = Math.max(0, clock.now() - begunMs);
        restUntilMs = Math.max(restUntilMs, clock.now()) + tookMs * (1 / share - 1);
      }
    },
  };

  function restOf(): number {
    // Also when the clock was set back.
    restUntilMs = Math.min(restUntilMs, clock.now() + longestRestMs);
    return restUntilMs - clock.now();
  }
}

/** For what has to be known soon. */
export const unpaced: Pace = { turn: async (work) => await work() };
