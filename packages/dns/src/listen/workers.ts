import { backoffDelay, type Clock, type Logger, type Stoppable } from "@ordinal/runtime";
import { AppliedGate } from "./applied-gate.ts";
import type { ListenAddress } from "./listen.ts";
import { startWorkerThread, type WorkerThread } from "./worker-thread.ts";

export interface WorkerPoolOptions<Change> {
  /** Path of the program of each thread: a module that calls `runWorker`. */
  readonly program: string;
  /** How many threads, beside the one that calls. */
  readonly count: number;
  /** Where to answer: what `listenShared` said, with the ports that were drawn. */
  readonly addresses: readonly ListenAddress[];
  /** What the replica of a thread (from 0) is made with; asked for at each of its starts. */
  readonly settings: (index: number) => unknown;
  /**
   * Changes that lead a new replica to where all calls of `apply` so far have led the others. Asked for when a thread
   * starts, and copied to it bit by bit, so it must not change afterwards.
   */
  readonly snapshot: () => readonly Change[];
  /** Does for a thread what only this one can. What comes and goes is copied. Never rejects. */
  readonly help: (request: unknown) => Promise<unknown>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Threads that answer on the same addresses, each from its own copy. */
export interface WorkerPool<Change> extends Stoppable {
  /** Hands a change on to every thread. It is copied later in this turn of the event loop, so it must not change. */
  apply(change: Change): void;
  /**
   * Calls back once no thread answers without the changes applied so far; at once where none answers. In the order of
   * calls. For telling the world that something is served.
   */
  afterApplied(call: () => void): void;
  /** How many threads answer. */
  serving(): number;
}

/** A thread that lived so long did not fail at its start. */
const settledMs = 60_000;

/**
 * Starts threads and keeps them going: one that dies, or that says nothing for 10 s while it has something to do, is
 * replaced, and its successor binds only when it has been told everything. A thread in trouble is no trouble for the others.
 */
export function startWorkerPool<Change>(options: WorkerPoolOptions<Change>): WorkerPool<Change> {
  const { program, count, addresses, clock, log } = options;
  const gate = new AppliedGate<WorkerThread<Change>>();
  const threads = new Map<number, WorkerThread<Change>>();
  /** Threads that are to be started again, with how to leave it. */
  const restarts = new Map<number, () => void>();
  let changes: Change[] = [];
  let changeCount = 0;
  let isStopping = false;

  function start(index: number, failures: number): void {
    const startedMs = clock.now();
    // What the snapshot holds must not be handed on once more.
    flush();
    const thread = startWorkerThread<Change>({
      program,
      name: `dns-${index + 1}`,
      start: { addresses, settings: options.settings(index) },
      snapshot: { changes: options.snapshot(), upTo: changeCount },
      help: options.help,
      clock,
      log: log.child({ thread: index + 1 }),
      onListen: (upTo) => gate.join(thread, upTo),
      onApplied: (upTo) => gate.applied(thread, upTo),
      onExit(why) {
        gate.leave(thread);
        threads.delete(index);
        if (isStopping) return;
        const failed = clock.now() - startedMs < settledMs ? failures + 1 : 1;
        const delayMs = backoffDelay(failed, { baseMs: 100, capMs: 30_000 });
        log.error("a DNS thread ended; the others go on, and it is started again", { thread: index + 1, why, delayMs });
        restarts.set(
          index,
          clock.after(delayMs, () => {
            restarts.delete(index);
            start(index, failed);
          }),
        );
      },
    });
    threads.set(index, thread);
  }

  /** What changes in one turn of the event loop goes in one message. */
  function flush(): void {
    if (changes.length === 0) return;
    const batch = changes;
    changes = [];
    for (const thread of threads.values()) thread.apply(batch, changeCount);
  }

  for (let index = 0; index < count; index += 1) start(index, 0);
  return {
    apply(change) {
      if (changes.push(change) === 1) setImmediate(flush);
      changeCount += 1;
    },
    afterApplied: (call) => gate.after(changeCount, call),
    serving: () => [...threads.values()].filter((thread) => thread.isServing()).length,
    async stop() {
      isStopping = true;
      for (const cancel of restarts.values()) cancel();
      await Promise.all([...threads.values()].map((thread) => thread.stop()));
    },
  };
}
