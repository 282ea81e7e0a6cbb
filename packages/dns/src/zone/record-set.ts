import { RecordRing } from "./record-ring.ts";

/**
 * The records of one type at one name, each as the octets of its data. A record may be said several times (by two slices)
 * and stays until it is unsaid as often. Most sets hold one record, and there may be 100,000 of them, so nothing is kept
 * that one record does not need.
 */
export class RecordSet {
  readonly type: number;
  /** In place of the zone's. */
  readonly ttlSeconds: number | undefined;
  /** The one record, or all there are. */
  #held: string | RecordRing;
  /** How often the one record was said beyond the first time. */
  #repeats = 0;

  constructor(type: number, first: string, ttlSeconds?: number) {
    this.type = type;
    this.ttlSeconds = ttlSeconds;
    this.#held = first;
  }

  get records(): readonly string[] {
    return typeof this.#held === "string" ? [this.#held] : this.#held.records;
  }

  get size(): number {
    return typeof this.#held === "string" ? 1 : this.#held.records.length;
  }

  /** The index of the record an answer starts with; each call moves on by one. */
  takeTurn(): number {
    return typeof this.#held === "string" ? 0 : this.#held.takeTurn();
  }

  add(record: string): void {
    if (record === this.#held) {
      this.#repeats += 1;
      return;
    }
    if (typeof this.#held === "string") this.#held = new RecordRing(this.#held, this.#repeats);
    this.#held.add(record);
  }

  /** Tells whether any record is left. */
  remove(record: string): boolean {
    if (typeof this.#held === "string") {
      if (this.#held !== record) return true;
      this.#repeats -= 1;
      return this.#repeats >= 0;
    }
    this.#held.remove(record);
    return this.#held.records.length > 0;
  }
}
