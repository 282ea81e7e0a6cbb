const slotBits = 16;

/**
 * Counts changes by name, so that what was prepared from a name can be told to be out of date without asking for the name
 * again. Names share counters, which costs a needless preparation now and then and nothing else.
 */
export class Epochs {
  readonly #counts = new Uint32Array(1 << slotBits);

  /** The counter of a name. */
  slotOf(name: string): number {
    let hash = 0x811c9dc5;
    for (let at = 0; at < name.length; at += 1) hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193);
    return (hash ^ (hash >>> slotBits)) & ((1 << slotBits) - 1);
  }

  /** Something changed at the name of this counter, or below it. */
  advance(slot: number): void {
    this.#counts[slot] = (this.#counts[slot] ?? 0) + 1;
  }

  at(slot: number): number {
    return this.#counts[slot] ?? 0;
  }

  /** All counters as they are now, for `movedSince`. */
  copy(): Uint32Array {
    return this.#counts.slice();
  }

  /** By counter, 1 where something has changed since the copy was made. */
  movedSince(copy: Uint32Array): Uint8Array {
    const counts = this.#counts;
    const moved = new Uint8Array(counts.length);
    for (let slot = 0; slot < counts.length; slot += 1) if (counts[slot] !== copy[slot]) moved[slot] = 1;
    return moved;
  }
}
