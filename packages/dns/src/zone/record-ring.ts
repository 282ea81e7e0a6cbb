/** Beyond this many records there is an index, so that a change costs the same at ten and at ten thousand. */
const indexedFrom = 32;

/** Several records, in turns. Each stays until it was taken back as often as it was said. */
export class RecordRing {
  readonly records: string[];
  /** How often a record was said beyond the first time. */
  #repeats: Map<string, number> | undefined;
  #places: Map<string, number> | undefined;
  #turn = 0;

  constructor(first: string) {
    this.records = [first];
  }

  /** The index of the record an answer starts with; each call moves on by one. */
  takeTurn(): number {
    const turn = this.#turn;
    this.#turn = turn + 1 < this.records.length ? turn + 1 : 0;
    return turn;
  }

  add(record: string): void {
    if (this.#placeOf(record) >= 0) {
      this.#repeats ??= new Map();
      this.#repeats.set(record, (this.#repeats.get(record) ?? 0) + 1);
      return;
    }
    this.records.push(record);
    this.#places?.set(record, this.records.length - 1);
    if (this.#places === undefined && this.records.length > indexedFrom) {
      this.#places = new Map(this.records.map((each, index) => [each, index]));
    }
  }

  remove(record: string): void {
    const place = this.#placeOf(record);
    if (place < 0) return;
    const repeats = this.#repeats?.get(record) ?? 0;
    if (repeats > 0) {
      if (repeats > 1) this.#repeats?.set(record, repeats - 1);
      else this.#repeats?.delete(record);
      return;
    }
    this.#places?.delete(record);
    const last = this.records.pop();
    if (last !== undefined && last !== record) {
      this.records[place] = last;
      this.#places?.set(last, place);
    }
    if (this.#turn >= this.records.length) this.#turn = 0;
  }

  #placeOf(record: string): number {
    return this.#places === undefined ? this.records.indexOf(record) : (this.#places.get(record) ?? -1);
  }
}
