import { Worker } from "node:worker_threads";
import { describeError, unreachable, type Clock, type Logger, type Stoppable } from "@ordinal/runtime";
import type { FromWorker, ToWorker, WorkerStart } from "./worker-messages.ts";

export interface WorkerThreadOptions<Change> {
  readonly program: string;
  readonly name: string;
  readonly start: WorkerStart;
  /** Everything up to a change; the thread answers when it has applied it. */
  readonly snapshot: { readonly changes: readonly Change[]; readonly upTo: number };
  readonly help: (request: unknown) => Promise<unknown>;
  readonly clock: Clock;
  readonly log: Logger;
  /** It is about to answer, with all changes up to this one. */
  readonly onListen: (upTo: number) => void;
  /** It has applied all changes up to this one. */
  readonly onApplied: (upTo: number) => void;
  /** It is gone, and with it its sockets. Called once. */
  readonly onExit: (why: string) => void;
}

/** One thread, as the main thread sees it. */
export interface WorkerThread<Change> extends Stoppable {
  /** Hands changes on, of which the last is the one with this number. */
  apply(changes: readonly Change[], upTo: number): void;
  isServing(): boolean;
}

/** Changes in one message: copying them takes below a millisecond. */
const batchSize = 256;
/** Messages under way at once, so that the rest can be dropped with the thread. */
const windowSize = 4;
/** Changes that wait for a thread, at most; one that is further behind is better fed anew. */
const queueLimit = 1 << 17;
/** A thread that has something to do and says nothing for so long is replaced. */
const silenceMs = 10_000;

/** One message of changes. */
interface Parcel<Change> {
  readonly changes: readonly Change[];
  /** All changes up to this one are applied when it is, where it is the last of its turn. */
  readonly upTo: number | undefined;
  /** Whether it is the end of the snapshot. */
  readonly isWhole: boolean;
}

export function startWorkerThread<Change>(options: WorkerThreadOptions<Change>): WorkerThread<Change> {
  const { snapshot, clock, log } = options;
  const worker = new Worker(options.program, { workerData: options.start, name: options.name });
  const queue: Parcel<Change>[] = [];
  /** What was sent and is not applied yet. */
  const sent: Pick<Parcel<Change>, "upTo" | "isWhole">[] = [];
  let queued = 0;
  let sentUpTo = 0;
  let isServing = false;
  let why: string | undefined;
  let cancelSilence: (() => void) | undefined;

  function put(changes: readonly Change[], upTo: number, isWhole = false): void {
    let at = 0;
    do {
      const part = changes.slice(at, at + batchSize);
      at += batchSize;
      const isLast = at >= changes.length;
      queue.push({ changes: part, upTo: isLast ? upTo : undefined, isWhole: isWhole && isLast });
    } while (at < changes.length);
    queued += changes.length;
    send();
  }

  function send(): void {
    while (sent.length < windowSize) {
      const parcel = queue.shift();
      if (parcel === undefined) break;
      const { changes, upTo, isWhole } = parcel;
      queued -= changes.length;
      sent.push({ upTo, isWhole });
      sentUpTo = upTo ?? sentUpTo;
      post({ is: "changes", changes });
    }
    // A thread at work has to be heard of.
    if (sent.length === 0 || cancelSilence !== undefined) return;
    cancelSilence = clock.after(silenceMs, () => replace(`it has said nothing for ${silenceMs / 1000} s`));
  }

  /** Only now, because a thread that is being loaded answers nothing, and nobody has to wait for it. */
  function listen(): void {
    // It may bind at any time after this, but not before it has applied what was sent before this.
    options.onListen(sentUpTo);
    post({ is: "listen" });
  }

  function replace(reason: string): void {
    why ??= reason;
    void worker.terminate();
  }

  function post(message: ToWorker): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have no origin
    worker.postMessage(message);
  }

  function hear(message: FromWorker): void {
    switch (message.is) {
      case "applied": {
        cancelSilence?.();
        cancelSilence = undefined;
        const parcel = sent.shift();
        if (parcel?.isWhole === true) listen();
        if (parcel?.upTo !== undefined) options.onApplied(parcel.upTo);
        send();
        return;
      }
      case "serving":
        isServing = true;
        log.info("a DNS thread answers too");
        return;
      case "request": {
        const { id, request } = message;
        void options.help(request).then((help) => post({ is: "help", id, help }));
        return;
      }
      case "log":
        log[message.level](message.message, message.fields);
        return;
      default:
        unreachable(message);
    }
  }

  worker.on("message", hear);
  worker.on("error", (error) => (why ??= describeError(error)));
  worker.once("exit", (code) => {
    cancelSilence?.();
    isServing = false;
    options.onExit(why ?? `it ended with code ${code}`);
  });
  put(snapshot.changes, snapshot.upTo, true);
  return {
    apply(changes, upTo) {
      if (queued + changes.length > queueLimit) replace("it is too far behind");
      else put(changes, upTo);
    },
    isServing: () => isServing,
    async stop() {
      await worker.terminate();
    },
  };
}
