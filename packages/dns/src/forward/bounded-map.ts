export interface BoundedMapOptions {
  readonly maxEntries: number;
  readonly maxBytes: number;
}

/** A map that forgets what was longest not asked for, to stay within a number of entries and of octets. */
export class BoundedMap<V extends { readonly bytes: number }> {
  readonly #entries = new Map<string, V>();
  readonly #options: BoundedMapOptions;

  /** Octets of all values, as they say. */
  bytes = 0;
  /** How many were forgotten to make room. */
  evictions = 0;

  constructor(options: BoundedMapOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The value, which is now the last to be forgotten. */
  get(key: string): V | undefined {
    const value = this.#entries.get(key);
    if (value === undefined) return undefined;
    // A Map keeps the order in which keys came in.
    this.#entries.delete(key);
    this.#entries.set(key, value);
    return value;
  }

  set(key: string, value: V): void {
    this.delete(key);
    this.#entries.set(key, value);
    this.bytes += value.bytes;
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#options.maxEntries && this.bytes <= this.#options.maxBytes) break;
      this.delete(oldest);
      this.evictions += 1;
    }
  }

  delete(key: string): void {
    this.bytes -= this.#entries.get(key)?.bytes ?? 0;
    this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
    this.bytes = 0;
  }
}
