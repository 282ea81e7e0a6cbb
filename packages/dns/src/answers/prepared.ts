import { byteAt, putLong, putShort, shortAt } from "../wire/bytes.ts";
import { ednsUdpLimit, headerSize, plainUdpLimit } from "../wire/constants.ts";
import { optSize, putDnssecOk, putOpt } from "../wire/edns.ts";
import type { Epochs } from "../zone/epochs.ts";
import type { Asked, Composed } from "./compose.ts";
import { QuestionKey } from "./question-key.ts";

/** What an answer that is kept depends on, and how it varies. */
export interface Preparation {
  /** Counter of the name at or below which a change puts it out of date. */
  readonly slot: number;
  /** Octets of each record of the answer section, where they come in turns; 0 where they don't. */
  readonly stride: number;
  /** Tells the serial to put into the SOA record that ends the answer; undefined where none does. */
  readonly serial: (() => number) | undefined;
  /** Whether a stranger can think up any number of such questions. */
  readonly isMadeUp: boolean;
}

/** Words of 32 bits before an entry's message. */
const words = { hash: 0, slot: 1, epoch: 2, lengths: 3, serial: 4, turn: 5, stride: 6, end: 7 };

/** What nearly all askers take over UDP; for other limits an answer that was cut is made anew each time. */
const usualLimits: ReadonlySet<number> = new Set([plainUdpLimit, ednsUdpLimit]);

/** Octets from the serial of an SOA record to its end. */
const serialTail = 20;

/** Words of a message before its question. */
const headerWords = headerSize / 4;

/** How many places are looked at before a question counts as new. */
const probes = 8;

/**
 * Whole answers by the octets of their question, so that one asked for again costs a hash, a comparison and a copy. All of
 * them lie one behind the other in one buffer: an answer is two or three cache lines, however many there are. What is out
 * of date stays until the buffer is full; then all of it is forgotten, and prepared again when asked for.
 */
export class PreparedAnswers {
  readonly #epochs: Epochs;
  readonly #maxBytes: number;
  #arena: Buffer = Buffer.alloc(1 << 16);
  #words: Int32Array = wordsOf(this.#arena);
  #used = 0;
  /** Where an entry begins, in words, plus one; 0 where there is none. */
  #places: Int32Array = new Int32Array(1 << 10);
  #count = 0;
  /** The question that is being answered. */
  readonly #key = new QuestionKey();
  #serials: (() => number)[] = [];

  /** At most `maxBytes` (a power of two) are used for answers. */
  constructor(epochs: Epochs, maxBytes: number = 1 << 25) {
    this.#epochs = epochs;
    this.#maxBytes = maxBytes;
  }

  /** The answer to this question, when it is known, in force and short enough for the asker. */
  find(asked: Asked): Buffer | undefined {
    const { message, end, limit } = asked;
    this.#key.read(message, end);
    const { hash } = this.#key;
    const whole = this.#give(asked, this.#entryOf(end, hash));
    if (whole !== undefined || !usualLimits.has(limit)) return whole;
    return this.#give(asked, this.#entryOf(end, hashForLimit(hash, limit)));
  }

  /** What an entry says, made the asker's own: its id and RD, its spelling, an OPT record if it sent one. */
  #give({ message, end, edns, limit }: Asked, at: number): Buffer | undefined {
    if (at < 0) return undefined;
    const all = this.#words;
    const bodyEnd = end + ((all[at + words.lengths] ?? 0) & 0xffff);
    const size = edns === undefined ? bodyEnd : bodyEnd + optSize;
    if (size > limit || this.#epochs.at(all[at + words.slot] ?? 0) !== (all[at + words.epoch] ?? 0) >>> 0)
      return undefined;
    const out = Buffer.allocUnsafe(size);
    const from = (at + words.end) * 4;
    this.#arena.copy(out, 0, from, from + size);
    out[0] = byteAt(message, 0);
    out[1] = byteAt(message, 1);
    out[2] = byteAt(out, 2) | (byteAt(message, 2) & 0x01);
    if (!this.#key.isLower) message.copy(out, headerSize, headerSize, end);
    const serial = all[at + words.serial] ?? 0;
    if (serial !== 0) putLong(out, bodyEnd - serialTail, this.#serials[serial - 1]?.() ?? 0);
    const stride = all[at + words.stride] ?? 0;
    if (stride !== 0) this.#turn(out, { at, end, bodyEnd, stride });
    if (edns !== undefined) {
      putShort(out, 10, shortAt(out, 10) + 1);
      if (edns.dnssecOk) putDnssecOk(out, bodyEnd);
    }
    return out;
  }

  /** Lets each record come first in its turn. */
  #turn(out: Buffer, entry: { at: number; end: number; bodyEnd: number; stride: number }): void {
    const { at, end, bodyEnd, stride } = entry;
    const turn = this.#words[at + words.turn] ?? 0;
    this.#words[at + words.turn] = turn + stride < bodyEnd - end ? turn + stride : 0;
    if (turn === 0) return;
    const from = (at + words.end) * 4;
    this.#arena.copy(out, end, from + end + turn, from + bodyEnd);
    this.#arena.copy(out, bodyEnd - turn, from + end, from + end + turn);
  }

  /** Keeps an answer just given, if it can be given to somebody else; one that was cut, for who takes as much and no more. */
  keep({ message, end, edns, limit }: Asked, composed: Composed, preparation: Preparation): void {
    const { message: answer, isWhole } = composed;
    const bodyEnd = answer.length - (edns === undefined ? 0 : optSize);
    // Records that come in turns have to be all there for the next turn.
    if (!isWhole && (preparation.stride !== 0 || !usualLimits.has(limit))) return;
    // Without the record that ends with it there is no serial to put in.
    if (preparation.serial !== undefined && shortAt(answer, 8) === 0) return;
    if (bodyEnd + optSize > ednsUdpLimit) return;
    const size = words.end + Math.ceil((bodyEnd + optSize) / 4);
    if (preparation.isMadeUp && (this.#used + size) * 4 > this.#maxBytes / 4) return;
    this.#makeRoom(size);
    const at = this.#used;
    this.#used += size;
    const all = this.#words;
    this.#key.read(message, end);
    const hash = isWhole ? this.#key.hash : hashForLimit(this.#key.hash, limit);
    all[at + words.hash] = hash;
    all[at + words.slot] = preparation.slot;
    all[at + words.epoch] = this.#epochs.at(preparation.slot);
    all[at + words.lengths] = (end << 16) | (bodyEnd - end);
    all[at + words.serial] = this.#serialIndex(preparation.serial);
    // The answer just given had the first turn.
    all[at + words.turn] = preparation.stride;
    all[at + words.stride] = preparation.stride;
    const kept = this.#arena.subarray((at + words.end) * 4, (at + words.end) * 4 + bodyEnd + optSize);
    answer.copy(kept, 0, 0, bodyEnd);
    // For those who send one; it is not counted yet.
    putOpt(kept, bodyEnd, { dnssecOk: false, extendedRcode: 0 });
    kept[2] = byteAt(kept, 2) & 0xfe;
    if (edns !== undefined) putShort(kept, 10, shortAt(kept, 10) - 1);
    this.#key.copyTo(kept.subarray(headerSize));
    this.#place(hash, at);
  }

  /** Where the entry for the question just read is, or -1. */
  #entryOf(end: number, hash: number): number {
    const places = this.#places;
    const all = this.#words;
    const mask = places.length - 1;
    for (let probe = 0; probe < probes; probe += 1) {
      const at = (places[(hash + probe) & mask] ?? 0) - 1;
      if (at < 0) return -1;
      if (all[at] === hash && (all[at + words.lengths] ?? 0) >>> 16 === end && this.#isAt(at)) return at;
    }
    return -1;
  }

  #isAt(at: number): boolean {
    return this.#key.isAt(at + words.end + headerWords, { words: this.#words, octets: this.#arena });
  }

  /** In the place of an older answer to the same question, in a free one, or in that of somebody else. */
  #place(hash: number, at: number): void {
    const places = this.#places;
    const mask = places.length - 1;
    for (let probe = 0; probe < probes; probe += 1) {
      const index = (hash + probe) & mask;
      const held = (places[index] ?? 0) - 1;
      if (held < 0) this.#count += 1;
      else if (this.#words[held] !== hash) continue;
      places[index] = at + 1;
      return;
    }
    places[hash & mask] = at + 1;
  }

  #makeRoom(size: number): void {
    while ((this.#used + size) * 4 > this.#arena.length) {
      if (this.#arena.length >= this.#maxBytes) {
        this.#used = 0;
        this.#count = 0;
        this.#places.fill(0);
        return;
      }
      const larger = Buffer.alloc(this.#arena.length * 2);
      this.#arena.copy(larger);
      this.#arena = larger;
      this.#words = wordsOf(larger);
    }
    if (this.#count * 2 > this.#places.length) this.#spread();
  }

  #spread(): void {
    const held = this.#places.filter((place) => place !== 0);
    this.#places = new Int32Array(this.#places.length * 4);
    this.#count = 0;
    for (const place of held) this.#place(this.#words[place - 1] ?? 0, place - 1);
  }

  #serialIndex(serial: (() => number) | undefined): number {
    if (serial === undefined) return 0;
    const known = this.#serials.indexOf(serial);
    return known < 0 ? this.#serials.push(serial) : known + 1;
  }
}

/** An answer that was cut is found by this. */
function hashForLimit(hash: number, limit: number): number {
  return hash ^ Math.imul(limit, 0x9e3779b1);
}

function wordsOf(arena: Buffer): Int32Array {
  return new Int32Array(arena.buffer, arena.byteOffset, arena.length / 4);
}
