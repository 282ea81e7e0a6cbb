import { byteAt, lowerCase } from "../wire/bytes.ts";
import { headerSize } from "../wire/constants.ts";

/** Octets of type and class at the end of a question. */
const fixedTail = 4;

/** The longest question there can be: a name of 255 octets, type and class. */
const longest = 255 + fixedTail;

/** Upper to lower case; everything else as it is, lengths of labels too. */
const folded = Uint8Array.from({ length: 256 }, (_, octet) => lowerCase(octet));

/**
 * A question as answers are kept under it: its name in lower case, its type and its class. Read once into memory of its own,
 * so that it is hashed and compared four octets at a time; true until the next `read`.
 */
export class QuestionKey {
  hash = 0;
  /** Whether the name was in lower case as it came. */
  isLower = true;
  readonly #octets = new Uint8Array((longest + 3) & ~3);
  readonly #words = new Int32Array(this.#octets.buffer);
  #length = 0;

  /** Reads the question that begins behind the header of `message` and ends at `end`. */
  read(message: Uint8Array, end: number): void {
    const octets = this.#octets;
    const length = end - headerSize;
    const nameLength = length - fixedTail;
    let differences = 0;
    for (let at = 0; at < nameLength; at += 1) {
      const octet = byteAt(message, headerSize + at);
      const lower = folded[octet] ?? 0;
      differences |= octet ^ lower;
      octets[at] = lower;
    }
    for (let at = nameLength; at < length; at += 1) octets[at] = byteAt(message, headerSize + at);
    for (let at = length; (at & 3) !== 0; at += 1) octets[at] = 0;
    this.#length = length;
    this.isLower = differences === 0;
    this.hash = this.#hashOf((length + 3) >>> 2);
  }

  /** Whether the same question begins at word `at` of the memory that both views show. */
  isAt(at: number, { words, octets }: { readonly words: Int32Array; readonly octets: Uint8Array }): boolean {
    const whole = this.#length >>> 2;
    for (let index = 0; index < whole; index += 1) if (this.#words[index] !== words[at + index]) return false;
    for (let index = whole << 2; index < this.#length; index += 1)
      if (this.#octets[index] !== octets[(at << 2) + index]) return false;
    return true;
  }

  /** Writes it as it is compared to the beginning of `into`. */
  copyTo(into: Uint8Array): void {
    into.set(this.#octets.subarray(0, this.#length));
  }

  /** As MurmurHash3 mixes words. */
  #hashOf(count: number): number {
    let hash = this.#length;
    for (let index = 0; index < count; index += 1) {
      const word = Math.imul(this.#words[index] ?? 0, 0xcc9e2d51);
      hash ^= Math.imul((word << 15) | (word >>> 17), 0x1b873593);
      hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0;
    }
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    return hash ^ (hash >>> 13);
  }
}
