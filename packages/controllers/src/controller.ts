import type { Change, Informer } from "@ordinal/client";
import { startReconcileLoop, type Clock, type Logger, type Outcome, type Stoppable } from "@ordinal/runtime";

export interface StartControllerOptions {
  /** Shown in logs. */
  readonly name: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** The copies `reconcile` reads; it is not called before each of them has its first list. */
  readonly reads: readonly { readonly synced: Promise<void> }[];
  /** Takes a key, reads the world, makes one step. Throwing means: again, with backoff. */
  readonly reconcile: (key: string, signal: AbortSignal) => Promise<Outcome | void>;
}

/** A reconcile loop fed by informers. */
export interface Controller extends Stoppable {
  enqueue(key: string): void;
  /** Enqueues the keys that `keysOf` finds in everything that is there, and in every change from now on. */
  follow<T>(informer: Informer<T>, keysOf: (change: Change<T>) => Iterable<string>): void;
}

/** Starts the loop; nothing is reconciled until something is followed or enqueued, and its copies are in. */
export function startController({ name, clock, log, reads, reconcile }: StartControllerOptions): Controller {
  const inSync = Promise.all(reads.map((informer) => informer.synced));
  let isInSync = false;
  void inSync.then(() => (isInSync = true));
  const loop = startReconcileLoop({ name, clock, log, reconcile: reconcileInSync });
  const subscriptions: (() => void)[] = [];

  async function reconcileInSync(key: string, signal: AbortSignal): Promise<Outcome | void> {
    signal.throwIfAborted();
    if (!isInSync) await orAborted(inSync, signal);
    return await reconcile(key, signal);
  }

  return {
    enqueue: (key) => loop.enqueue(key),
    follow(informer, keysOf) {
      const unsubscribe = informer.onChange((change) => {
        for (const key of keysOf(change)) loop.enqueue(key);
      });
      subscriptions.push(unsubscribe);
    },
    async stop() {
      for (const unsubscribe of subscriptions) unsubscribe();
      await loop.stop();
    },
  };
}

/** Resolves with the promise, or rejects when the signal aborts first: an API that never answers must not hold up a stop. */
async function orAborted(promise: Promise<unknown>, signal: AbortSignal): Promise<void> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void => aborted.reject(signal.reason as Error);
  signal.addEventListener("abort", onAbort);
  try {
    await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
