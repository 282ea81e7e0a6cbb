import { byteAt, lowerCase, shortAt } from "./bytes.ts";
import { headerSize } from "./constants.ts";

/**
 * Reads the one question of a query, in place. One reader serves all queries, one after the other, so that the hot path
 * allocates nothing here; what it says is true until the next `read`.
 */
export class QuestionReader {
  labelCount = 0;
  type = 0;
  class = 0;
  /** Where the name's closing zero is in the message. */
  nameEnd = 0;
  /** Where the question ends in the message. */
  end = 0;
  #message: Buffer = Buffer.alloc(0);
  readonly #labelStarts = new Uint8Array(128);
  readonly #lower = Buffer.alloc(256);

  /** False for anything that is not a whole, plain question: cut short, compressed, or longer than a name may be. */
  read(message: Buffer): boolean {
    const { length } = message;
    const starts = this.#labelStarts;
    let at = headerSize;
    let labels = 0;
    for (;;) {
      if (at >= length) return false;
      const labelLength = byteAt(message, at);
      if (labelLength === 0) break;
      // More than 63 are compression pointers and label types that were never used.
      if (labelLength > 63 || at + labelLength - headerSize > 253) return false;
      starts[labels] = at - headerSize;
      labels += 1;
      at += 1 + labelLength;
    }
    if (at + 5 > length) return false;
    this.#message = message;
    this.labelCount = labels;
    this.nameEnd = at;
    this.type = shortAt(message, at + 1);
    this.class = shortAt(message, at + 3);
    this.end = at + 5;
    return true;
  }

  /** Where the name's last `count` labels begin in the message. */
  suffixStart(count: number): number {
    return count === 0 ? this.nameEnd : headerSize + byteAt(this.#labelStarts, this.labelCount - count);
  }

  /** Whether the name goes on with these lower-case wire labels from `start`, whatever the case it is spelt in. */
  hasAt(start: number, wire: Uint8Array): boolean {
    const message = this.#message;
    for (let index = 0; index < wire.length; index += 1) {
      const octet = byteAt(message, start + index);
      if (octet !== wire[index] && lowerCase(octet) !== wire[index]) return false;
    }
    return true;
  }

  /** The wire labels before `end`, as they were spelt. */
  key(end: number): string {
    return this.#message.toString("latin1", headerSize, end);
  }

  /** The wire labels before `end` in lower case, or undefined where that is how they were spelt. */
  lowerKey(end: number): string | undefined {
    const message = this.#message;
    const lower = this.#lower;
    let isLower = true;
    for (let at = headerSize; at < end; at += 1) {
      const octet = byteAt(message, at);
      const folded = lowerCase(octet);
      lower[at - headerSize] = folded;
      isLower &&= octet === folded;
    }
    return isLower ? undefined : lower.toString("latin1", 0, end - headerSize);
  }
}
