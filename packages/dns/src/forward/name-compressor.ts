import { binaryShort } from "../wire/bytes.ts";
import { headerSize } from "../wire/constants.ts";
import { parentOf } from "../wire/name.ts";
import { pointerTo } from "../wire/record.ts";
import type { Data } from "./data-layout.ts";
import { foldCase } from "./wire-name.ts";

/** Pointers have 14 bits. */
const pointerReach = 0x4000;

/**
 * Writes names that follow a question, each pointing at what of it was written before, whatever its case. So an owner that is
 * the question's name takes the spelling of whoever asks (0x20), and records can be cut off from the end.
 */
export class NameCompressor {
  /** Where names in lower case were written. */
  readonly #places = new Map<string, number>();

  /** Starts behind a question for this name (labels without the closing zero). */
  constructor(question: string) {
    this.#keep(foldCase(question), headerSize);
  }

  /** The octets of a name that is to stand at `at`. */
  name(labels: string, at: number): string {
    const folded = foldCase(labels);
    for (let rest: string | undefined = folded; rest !== undefined && rest !== ""; rest = parentOf(rest)) {
      const place = this.#places.get(rest);
      if (place === undefined) continue;
      const own = folded.length - rest.length;
      this.#keep(folded.slice(0, own), at, rest);
      return labels.slice(0, own) + pointerTo(place);
    }
    return this.#whole(labels, at);
  }

  /** The octets of a record's data that is to stand at `at`, with its length in front. */
  data({ parts, isCompressed }: Data, at: number): string {
    let octets = "";
    for (const [index, part] of parts.entries()) {
      if (index % 2 === 0) octets += part;
      else octets += isCompressed ? this.name(part, at + 2 + octets.length) : this.#whole(part, at + 2 + octets.length);
    }
    return binaryShort(octets.length) + octets;
  }

  /** A name without pointers, which others may point at all the same. */
  #whole(labels: string, at: number): string {
    this.#keep(foldCase(labels), at);
    return `${labels}\0`;
  }

  /** Remembers a name written at `at`, and those it ends with as far as they were written there too. */
  #keep(own: string, at: number, rest = ""): void {
    for (let offset = 0; offset < own.length && at + offset < pointerReach; offset += 1 + own.charCodeAt(offset)) {
      const suffix = own.slice(offset) + rest;
      // The first stays: the question's, above all.
      if (!this.#places.has(suffix)) this.#places.set(suffix, at + offset);
    }
  }
}
