import { byteAt, putShort, shortAt } from "../wire/bytes.ts";
import { ednsUdpLimit, headerSize, plainUdpLimit } from "../wire/constants.ts";
import { optSize, putOpt } from "../wire/edns.ts";
import type { Epochs } from "../zone/epochs.ts";
import type { Asked, Composed } from "./compose.ts";

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

/** Words of 32 bits before an entry's octets. */
const words = { hash: 0, slot: 1, epoch: 2, lengths: 3, flags: 4, turn: 5, stride: 6, counts: 7, end: 8 };

/** Octets of type and class at the end of a question. */
const fixedTail = 4;

/** What nearly all askers take over UDP; for other limits an answer that was cut is made anew each time. */
const usualLimits: ReadonlySet<number> = new Set([plainUdpLimit, ednsUdpLimit]);

/** Octets that are copied one by one faster than by a call out of the engine. */
const shortBody = 40;

/** Octets from the serial of an SOA record to its end. */
const serialTail = 20;

/** Upper to lower case; everything else as it is, lengths of labels too. */
const folded = Uint8Array.from({ length: 256 }, (_, octet) => (octet >= 0x41 && octet <= 0x5a ? octet + 0x20 : octet));

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
  #serials: (() => number)[] = [];

  /** At most `maxBytes` (a power of two) are used for answers. */
  constructor(epochs: Epochs, maxBytes: number = 1 << 25) {
    this.#epochs = epochs;
    this.#maxBytes = maxBytes;
  }

  /** The answer to this question, when it is known, in force and short enough for the asker. */
  find(asked: Asked): Buffer | undefined {
    const { message, end, limit } = asked;
    const hash = hashOf(message, end);
    const whole = this.#give(asked, this.#entryOf(message, end, hash));
    if (whole !== undefined || !usualLimits.has(limit)) return whole;
    return this.#give(asked, this.#entryOf(message, end, hashForLimit(hash, limit)));
  }

  /** What an entry says, made the asker's own. */
  #give({ message, end, edns, limit }: Asked, at: number): Buffer | undefined {
    if (at < 0) return undefined;
    const all = this.#words;
    const body = (all[at + words.lengths] ?? 0) & 0xffff;
    const optAt = end + body;
    const size = edns === undefined ? optAt : optAt + optSize;
    if (size > limit || this.#epochs.at(all[at + words.slot] ?? 0) !== (all[at + words.epoch] ?? 0) >>> 0)
      return undefined;
    const out = Buffer.allocUnsafe(size);
    for (let index = 0; index < end; index += 1) out[index] = byteAt(message, index);
    const flags = all[at + words.flags] ?? 0;
    const counts = all[at + words.counts] ?? 0;
    out[2] = 0x80 | ((flags >>> 8) & 0x06) | (byteAt(message, 2) & 0x01);
    out[3] = flags & 0xff;
    putShort(out, 6, counts >>> 16);
    putShort(out, 8, (counts >>> 8) & 0xff);
    putShort(out, 10, edns === undefined ? counts & 0xff : (counts & 0xff) + 1);
    const from = (at + words.end) * 4 + (end - headerSize);
    this.#putBody(out, { at, end, from, body });
    if (edns !== undefined) putOpt(out, optAt, { dnssecOk: edns.dnssecOk, extendedRcode: 0 });
    return out;
  }

  /** Keeps an answer just given, if it can be given to somebody else; one that was cut, for who takes as much and no more. */
  keep({ message, end, edns, limit }: Asked, composed: Composed, preparation: Preparation): void {
    const { message: answer, isWhole } = composed;
    const body = answer.length - end - (edns === undefined ? 0 : optSize);
    const counts = [6, 8, 10].map((at) => shortAt(answer, at));
    const [answers = 0, authorities = 0, additionals = 0] = counts;
    // Records that come in turns have to be all there for the next turn.
    if (!isWhole && (preparation.stride !== 0 || !usualLimits.has(limit))) return;
    // Without the record that ends with it there is no serial to put in.
    if (preparation.serial !== undefined && authorities === 0) return;
    if (authorities > 0xff || additionals > 0xff || end + body + optSize > ednsUdpLimit) return;
    const size = words.end + Math.ceil((end - headerSize + body) / 4);
    if (preparation.isMadeUp && (this.#used + size) * 4 > this.#maxBytes / 4) return;
    this.#makeRoom(size);
    const at = this.#used;
    this.#used += size;
    const all = this.#words;
    const hash = isWhole ? hashOf(message, end) : hashForLimit(hashOf(message, end), limit);
    all[at + words.hash] = hash;
    all[at + words.slot] = preparation.slot;
    all[at + words.epoch] = this.#epochs.at(preparation.slot);
    all[at + words.lengths] = ((end - headerSize) << 16) | body;
    all[at + words.flags] =
      (byteAt(answer, 2) << 8) | byteAt(answer, 3) | (this.#serialIndex(preparation.serial) << 16);
    // The answer just given had the first turn.
    all[at + words.turn] = preparation.stride;
    all[at + words.stride] = preparation.stride;
    all[at + words.counts] =
      (answers << 16) | (authorities << 8) | (edns === undefined ? additionals : additionals - 1);
    const octets = (at + words.end) * 4;
    for (let index = headerSize; index < end - fixedTail; index += 1)
      this.#arena[octets + index - headerSize] = folded[byteAt(message, index)] ?? 0;
    message.copy(this.#arena, octets + end - headerSize - fixedTail, end - fixedTail, end);
    answer.copy(this.#arena, octets + end - headerSize, end, end + body);
    this.#place(hash, at);
  }

  #putBody(out: Buffer, entry: { at: number; end: number; from: number; body: number }): void {
    const { at, end, from, body } = entry;
    const arena = this.#arena;
    const all = this.#words;
    const stride = all[at + words.stride] ?? 0;
    if (stride === 0) {
      if (body > shortBody) arena.copy(out, end, from, from + body);
      else for (let index = 0; index < body; index += 1) out[end + index] = byteAt(arena, from + index);
      const serial = this.#serials[((all[at + words.flags] ?? 0) >>> 16) - 1];
      if (serial !== undefined) out.writeUInt32BE(serial() >>> 0, end + body - serialTail);
      return;
    }
    const turn = all[at + words.turn] ?? 0;
    all[at + words.turn] = turn + stride < body ? turn + stride : 0;
    arena.copy(out, end, from + turn, from + body);
    arena.copy(out, end + body - turn, from, from + turn);
  }

  /** Where the entry for this question is, or -1. */
  #entryOf(message: Buffer, end: number, hash: number): number {
    const places = this.#places;
    const all = this.#words;
    const mask = places.length - 1;
    for (let probe = 0; probe < probes; probe += 1) {
      const at = (places[(hash + probe) & mask] ?? 0) - 1;
      if (at < 0) return -1;
      if (
        all[at] === hash &&
        (all[at + words.lengths] ?? 0) >>> 16 === end - headerSize &&
        this.#isSame(message, end, at)
      )
        return at;
    }
    return -1;
  }

  #isSame(message: Buffer, end: number, at: number): boolean {
    const arena = this.#arena;
    const shift = (at + words.end) * 4 - headerSize;
    const nameEnd = end - fixedTail;
    for (let index = headerSize; index < nameEnd; index += 1) {
      if (folded[byteAt(message, index)] !== arena[shift + index]) return false;
    }
    for (let index = nameEnd; index < end; index += 1) if (message[index] !== arena[shift + index]) return false;
    return true;
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

/** Over the question as it would be in lower case. */
function hashOf(message: Buffer, end: number): number {
  let hash = 0x811c9dc5;
  for (let index = headerSize; index < end - fixedTail; index += 1) {
    hash = Math.imul(hash ^ (folded[byteAt(message, index)] ?? 0), 0x01000193);
  }
  hash = Math.imul(hash ^ shortAt(message, end - fixedTail), 0x01000193);
  hash = Math.imul(hash ^ shortAt(message, end - 2), 0x01000193);
  return hash ^ (hash >>> 15);
}

/** An answer that was cut is found by this. */
function hashForLimit(hash: number, limit: number): number {
  return hash ^ Math.imul(limit, 0x9e3779b1);
}

function wordsOf(arena: Buffer): Int32Array {
  return new Int32Array(arena.buffer, arena.byteOffset, arena.length / 4);
}
