import { backoffDelay } from "./backoff.ts";
import type { Clock } from "./clock.ts";
import { describeError } from "./errors.ts";
import type { Logger } from "./logger.ts";
import type { Stoppable } from "./stop.ts";
import { WorkQueue } from "./work-queue.ts";

/** What a reconcile asks for: nothing when settled, or to be called again later. */
export interface Outcome {
  readonly againMs?: number;
}

export interface ReconcileLoopOptions {
  /** Shown in logs. */
  readonly name: string;
  /** Takes a key, re-reads the world, makes one step. Throwing means: retry with backoff. */
  readonly reconcile: (key: string, signal: AbortSignal) => Promise<Outcome | void>;
  readonly clock: Clock;
  readonly log: Logger;
  /** How many keys are worked on at once. Defaults to 8. */
  readonly concurrency?: number;
  /** Delay after the first failure. Defaults to 20 ms. */
  readonly baseMs?: number;
  /** Longest delay after failures. Defaults to 30 000 ms. */
  readonly capMs?: number;
}

export interface ReconcileLoop extends Stoppable {
  /** Asks for this key to be reconciled soon. Cheap, and safe to call at any time. */
  enqueue(key: string): void;
}

/** How long a stop waits for steps that are under way. */
const stopWithinMs = 10_000;

/** Runs reconciles for keys: never one key twice at once, retried with backoff, stopped when the last one has finished. */
export function startReconcileLoop(options: ReconcileLoopOptions): ReconcileLoop {
  const { name, reconcile, clock, log, concurrency = 8, baseMs = 20, capMs = 30_000 } = options;
  const ending = new AbortController();
  const failures = new Map<string, number>();
  const timers = new Map<string, () => void>();
  const running = new Set<Promise<void>>();
  const queue = new WorkQueue(pump);

  function pump(): void {
    while (!ending.signal.aborted && running.size < concurrency) {
      const key = queue.take();
      if (key === undefined) return;
      const work = step(key).finally(() => {
        running.delete(work);
        queue.done(key);
        pump();
      });
      running.add(work);
    }
  }

  async function step(key: string): Promise<void> {
    cancelTimer(key);
    // A reconcile never runs inside its caller's stack, so that enqueueing stays cheap for the caller.
    await Promise.resolve();
    try {
      const outcome = await reconcile(key, ending.signal);
      failures.delete(key);
      if (outcome?.againMs !== undefined) enqueueAfter(key, outcome.againMs);
    } catch (error) {
      if (ending.signal.aborted) return;
      retry(key, error);
    }
  }

  function retry(key: string, error: unknown): void {
    const count = (failures.get(key) ?? 0) + 1;
    failures.set(key, count);
    const nextTryMs = backoffDelay(count, { baseMs, capMs });
    const say = count <= 3 ? "debug" : "warn";
    log[say](`${name}: ${key} failed, trying again`, { error: describeError(error), nextTryMs, failures: count });
    enqueueAfter(key, nextTryMs);
  }

  function enqueueAfter(key: string, ms: number): void {
    cancelTimer(key);
    if (ending.signal.aborted) return;
    const cancel = clock.after(ms, () => {
      timers.delete(key);
      queue.add(key);
    });
    timers.set(key, cancel);
  }

  function cancelTimer(key: string): void {
    timers.get(key)?.();
    timers.delete(key);
  }

  return {
    enqueue: (key) => queue.add(key),
    async stop() {
      ending.abort();
      for (const cancel of timers.values()) cancel();
      timers.clear();
      const waiting = new AbortController();
      const isLate = await Promise.race([
        Promise.all(running).then(() => false),
        clock.sleep(stopWithinMs, waiting.signal).then(
          () => true,
          () => false,
        ),
      ]);
      waiting.abort();
      // What hangs must not keep everything behind it from being stopped.
      if (isLate) log.error(`${name}: a step did not end, and is left behind`, { steps: running.size });
    },
  };
}
