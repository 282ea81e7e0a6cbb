import { CompactedError, type Entry, type StoreEvent } from "./store.ts";

export interface EventRingOptions {
  /** The revision that holds before the first event. */
  readonly start: number;
  /** At most this many events. */
  readonly keepEvents: number;
  /** At most about this many characters of values in them. */
  readonly keepCharacters: number;
}

/** The latest changes in revision order, without gaps: what lets a reader start in the past or look back at it. */
export class EventRing {
  readonly #limits: EventRingOptions;
  /** Events before `#first` are dropped already; the array is cut now and then. */
  #events: StoreEvent[] = [];
  #first = 0;
  #floor: number;
  #characters = 0;
  /** The newest entry of each key that an event here put, so that all who refer to it share one string. */
  readonly #newest = new Map<string, Entry>();

  constructor(options: EventRingOptions) {
    this.#limits = options;
    this.#floor = options.start;
  }

  /** The oldest revision one can start from. */
  get floor(): number {
    return this.#floor;
  }

  push(event: StoreEvent): void {
    this.#events.push(event);
    this.#characters += sizeOf(event);
    if (event.entry === undefined) this.#newest.delete(event.key);
    else this.#newest.set(event.key, event.entry);
    while (this.#isTooBig()) this.#dropOldest();
  }

  /** The events after this revision, oldest first. Throws CompactedError when some of them are dropped already. */
  since(revision: number): readonly StoreEvent[] {
    if (revision < this.#floor) throw new CompactedError(revision, this.#floor);
    return this.#events.slice(this.#first + revision - this.#floor);
  }

  /** The entry as the newest event on its key put it; undefined says nothing. */
  newest(key: string): Entry | undefined {
    return this.#newest.get(key);
  }

  #isTooBig(): boolean {
    const { keepEvents, keepCharacters } = this.#limits;
    const count = this.#events.length - this.#first;
    return count > keepEvents || (this.#characters > keepCharacters && count > 1);
  }

  #dropOldest(): void {
    const event = this.#events[this.#first];
    if (event === undefined) return;
    this.#first += 1;
    this.#floor = event.revision;
    this.#characters -= sizeOf(event);
    if (this.#newest.get(event.key)?.modRevision === event.revision) this.#newest.delete(event.key);
    if (this.#first < 1024 && this.#first * 2 < this.#events.length) return;
    this.#events = this.#events.slice(this.#first);
    this.#first = 0;
  }
}

function sizeOf(event: StoreEvent): number {
  return (event.entry ?? event.previous)?.value.length ?? 0;
}
