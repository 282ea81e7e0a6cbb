import { ApiError } from "@ordinal/api";
import type { ObjectChange } from "../object-store.ts";

/** Changes on their way to one reader. */
export class ChangeBuffer {
  #waiting: ObjectChange[] = [];
  #isOverrun = false;
  #wake: (() => void) | undefined;
  readonly #unsubscribe: () => void;
  readonly #mostWaiting: number;

  /** With more than `mostWaiting` changes to read the reader is too slow; the default is about what the store keeps. */
  constructor(subscribe: (onChange: (change: ObjectChange) => void) => () => void, mostWaiting = 10_000) {
    this.#mostWaiting = mostWaiting;
    this.#unsubscribe = subscribe((change) => this.#push(change));
  }

  close(): void {
    this.#unsubscribe();
    this.#waiting = [];
  }

  /** Ends when the signal aborts; throws ApiError Expired when the reader was too slow. */
  async *changes(signal: AbortSignal): AsyncGenerator<ObjectChange, void> {
    const wake = (): void => this.#wake?.();
    signal.addEventListener("abort", wake);
    try {
      while (!signal.aborted) {
        if (this.#isOverrun) throw new ApiError("Expired", "the watch fell too far behind; list again");
        const batch = this.#waiting;
        this.#waiting = [];
        for (const change of batch) {
          if (signal.aborted) return;
          yield change;
        }
        if (batch.length === 0) await this.#somethingNew(signal);
      }
    } finally {
      signal.removeEventListener("abort", wake);
    }
  }

  #push(change: ObjectChange): void {
    if (this.#isOverrun) return;
    this.#waiting.push(change);
    if (this.#waiting.length > this.#mostWaiting) {
      this.#isOverrun = true;
      this.#waiting = [];
    }
    this.#wake?.();
  }

  async #somethingNew(signal: AbortSignal): Promise<void> {
    if (this.#waiting.length > 0 || this.#isOverrun || signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    await promise;
  }
}
