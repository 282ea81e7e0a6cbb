/**
 * A queue that never hands out one key twice at once: a key added while it is being worked on comes again
 * after `done`. Source: the grammar of client-go `workqueue`.
 */
export class WorkQueue {
  readonly #dirty = new Set<string>();
  readonly #working = new Set<string>();
  readonly #onWork: () => void;

  /** `onWork` is called whenever `take` may have something new to hand out. */
  constructor(onWork: () => void = () => {}) {
    this.#onWork = onWork;
  }

  get size(): number {
    return this.#dirty.size;
  }

  add(key: string): void {
    if (this.#dirty.has(key)) return;
    this.#dirty.add(key);
    if (!this.#working.has(key)) this.#onWork();
  }

  /** The oldest key nobody works on, or undefined. */
  take(): string | undefined {
    for (const key of this.#dirty) {
      if (this.#working.has(key)) continue;
      this.#dirty.delete(key);
      this.#working.add(key);
      return key;
    }
    return undefined;
  }

  done(key: string): void {
    this.#working.delete(key);
    if (this.#dirty.has(key)) this.#onWork();
  }
}
