import { byteAt, shortAt } from "./bytes.ts";
import { headerSize } from "./constants.ts";

/**
 * Reads the one question of a query. One reader serves all queries, one after the other, so that the hot path allocates
 * nothing here; what it holds is true until the next `read`.
 */
export class QuestionReader {
  /** The name in lower case as wire labels, without the closing zero; `nameLength` octets of it are valid. */
  readonly name: Buffer = Buffer.alloc(256);
  nameLength = 0;
  labelCount = 0;
  type = 0;
  class = 0;
  /** Where the question ends in the message. */
  end = 0;
  readonly #labelStarts = new Uint8Array(128);

  /** False for anything that is not a whole, plain question: cut short, compressed, or longer than a name may be. */
  read(message: Uint8Array): boolean {
    const { length } = message;
    const { name } = this;
    let at = headerSize;
    let size = 0;
    let labels = 0;
    for (;;) {
      if (at >= length) return false;
      const labelLength = byteAt(message, at);
      if (labelLength === 0) break;
      const next = size + 1 + labelLength;
      // 63 and more are compression pointers and label types that were never used.
      if (labelLength > 63 || next > 254 || at + labelLength >= length) return false;
      this.#labelStarts[labels] = size;
      labels += 1;
      name[size] = labelLength;
      for (let index = 1; index <= labelLength; index += 1) {
        const octet = byteAt(message, at + index);
        name[size + index] = octet >= 0x41 && octet <= 0x5a ? octet + 0x20 : octet;
      }
      size = next;
      at += 1 + labelLength;
    }
    if (at + 5 > length) return false;
    this.nameLength = size;
    this.labelCount = labels;
    this.type = shortAt(message, at + 1);
    this.class = shortAt(message, at + 3);
    this.end = at + 5;
    return true;
  }

  /** Where the last `count` labels of the name begin in `name`. */
  suffixStart(count: number): number {
    return count === 0 ? this.nameLength : byteAt(this.#labelStarts, this.labelCount - count);
  }

  /** The name up to `end`, as it is looked up. */
  key(end: number): string {
    return this.name.toString("latin1", 0, end);
  }
}
