/** Numbers that look random and are the same for the same seed, so that every run can be had again (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** A whole number from 0 up to, and without, `limit`. */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000) * limit);
  }

  /** True once in so many times. */
  onceIn(times: number): boolean {
    return this.below(times) === 0;
  }

  /** One of them; there has to be one. */
  pick<T>(items: readonly T[]): T {
    // oxlint-disable-next-line typescript/no-unnecessary-type-assertion -- tsc says that an index may be none
    return items[this.below(items.length)] as T;
  }

  octets(count: number): Buffer {
    const octets = Buffer.allocUnsafe(count);
    for (let at = 0; at < count; at += 1) octets[at] = this.below(256);
    return octets;
  }
}
