/** Beyond this many records there is an index, so that a change costs the same at ten and at ten thousand. */
const indexedFrom = 32;

/** Several records, in turns. Each stays until it was taken back as often as it was said. */
export class RecordRing {
  readonly records: string[];
  /** How often each record was said beyond the first time; not kept while that is never. */
  #repeats: number[] | undefined;
  #places: Map<string, number> | undefined;
  #turn = 0;

  constructor(first: string, repeats: number) {
    this.records = [first];
    this.#repeats = repeats === 0 ? undefined : [repeats];
  }

  /** The index of the record an answer starts with; each call moves on by one. */
  takeTurn(): number {
    const turn = this.#turn;
    this.#turn = turn + 1 < this.records.length ? turn + 1 : 0;
    return turn;
  }

  add(record: string): void {
    const place = this.#placeOf(record);
    if (place >= 0) {
      this.#repeats ??= this.records.map(() => 0);
      this.#repeats[place] = (this.#repeats[place] ?? 0) + 1;
      return;
    }
    this.records.push(record);
    this.#repeats?.push(0);
    this.#places?.set(record, this.records.length - 1);
    if (this.#places === undefined && this.records.length > indexedFrom) {
      this.#places = new Map(this.records.map((each, index) => [each, index]));
    }
  }

  remove(record: string): void {
    const place = this.#placeOf(record);
    if (place < 0) return;
    const repeats = this.#repeats?.[place] ?? 0;
    if (repeats > 0) {
      if (this.#repeats !== undefined) this.#repeats[place] = repeats - 1;
      return;
    }
    this.#places?.delete(record);
    const last = this.records.pop();
    const lastRepeats = this.#repeats?.pop() ?? 0;
    if (last !== undefined && last !== record) {
      this.records[place] = last;
      if (this.#repeats !== undefined) this.#repeats[place] = lastRepeats;
      this.#places?.set(last, place);
    }
    if (this.#turn >= this.records.length) this.#turn = 0;
  }

  #placeOf(record: string): number {
    return this.#places === undefined ? this.records.indexOf(record) : (this.#places.get(record) ?? -1);
  }
}
