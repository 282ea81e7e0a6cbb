/** Beyond this many records a set keeps an index, so that a change costs the same at ten and at ten thousand. */
const indexedFrom = 32;

/**
 * The records of one type at one name, each as the octets that go into an answer. A record may be said several times
 * (by two slices) and stays until it is unsaid as often.
 */
export class RecordSet {
  readonly type: number;
  readonly #records: string[] = [];
  readonly #said: number[] = [];
  /** Which record comes first in the next answer. */
  #turn = 0;
  #octets = 0;
  #places: Map<string, number> | undefined;

  constructor(type: number) {
    this.type = type;
  }

  get records(): readonly string[] {
    return this.#records;
  }

  /** Octets of all records together. */
  get octets(): number {
    return this.#octets;
  }

  /** The index of the record an answer starts with; each call moves on by one. */
  takeTurn(): number {
    const turn = this.#turn;
    const next = turn + 1;
    this.#turn = next < this.#records.length ? next : 0;
    return turn;
  }

  add(record: string): void {
    const place = this.#placeOf(record);
    if (place >= 0) {
      this.#said[place] = (this.#said[place] ?? 0) + 1;
      return;
    }
    this.#records.push(record);
    this.#said.push(1);
    this.#octets += record.length;
    this.#places?.set(record, this.#records.length - 1);
    if (this.#places === undefined && this.#records.length > indexedFrom) {
      this.#places = new Map(this.#records.map((each, index) => [each, index]));
    }
  }

  remove(record: string): void {
    const place = this.#placeOf(record);
    if (place < 0) return;
    const said = (this.#said[place] ?? 0) - 1;
    this.#said[place] = said;
    if (said > 0) return;
    this.#moveLastTo(place);
    this.#places?.delete(record);
    this.#octets -= record.length;
    if (this.#turn >= this.#records.length) this.#turn = 0;
  }

  #placeOf(record: string): number {
    return this.#places === undefined ? this.#records.indexOf(record) : (this.#places.get(record) ?? -1);
  }

  #moveLastTo(place: number): void {
    const record = this.#records.pop();
    const said = this.#said.pop();
    if (record === undefined || said === undefined || place === this.#records.length) return;
    this.#records[place] = record;
    this.#said[place] = said;
    this.#places?.set(record, place);
  }
}
