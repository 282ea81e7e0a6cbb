import { describeError, type Logger } from "@ordinal/runtime";
import type { StoreEvent } from "./store.ts";

interface Watch {
  readonly prefix: string;
  readonly fromRevision: number;
  readonly onEvent: (event: StoreEvent) => void;
}

/** Who is told of changes. A callback that throws is logged and hurts nobody else. */
export class Watchers {
  readonly #watches = new Set<Watch>();
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Tells the kept events at once, later ones as they come. Returns how to end it. */
  add(watch: Watch, kept: readonly StoreEvent[]): () => void {
    const own = { ...watch };
    this.#watches.add(own);
    for (const event of kept) this.#tellOne(own, event);
    return () => this.#watches.delete(own);
  }

  tell(event: StoreEvent): void {
    for (const watch of this.#watches) this.#tellOne(watch, event);
  }

  clear(): void {
    this.#watches.clear();
  }

  #tellOne(watch: Watch, event: StoreEvent): void {
    if (event.revision <= watch.fromRevision || !event.key.startsWith(watch.prefix)) return;
    try {
      watch.onEvent(event);
    } catch (error) {
      this.#log.error("a watcher of the store failed", { key: event.key, error: describeError(error) });
    }
  }
}
