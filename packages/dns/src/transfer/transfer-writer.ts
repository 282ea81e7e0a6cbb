import { weightOf, type Asked } from "../answers/compose.ts";
import { byteAt, putBinary, putLong, putShort, shortAt } from "../wire/bytes.ts";
import { classIn, headerSize, types } from "../wire/constants.ts";
import { optSize, putOpt } from "../wire/edns.ts";
import type { Zone } from "../zone/zone.ts";

/** The records of one type at one name. */
export interface OwnedRecords {
  /** Wire labels below the zone. */
  readonly owner: string;
  readonly type: number;
  readonly ttlSeconds: number | undefined;
  readonly records: readonly string[];
}

interface Message {
  readonly octets: Buffer;
  end: number;
  count: number;
}

/** From one place to another, later one. */
export type Stretch = readonly [from: number, to: number];

/** Octets of a message, unless one record takes more: a quarter of what there may be, so that none is waited for long. */
const messageLimit = 1 << 14;

/** A place is a message's index times this, plus an offset. */
const placesPerMessage = 1 << 16;

/** Octets of a record between its owner and its data. */
const fixedSize = 10;

/**
 * Writes the messages of a transfer, one behind the other. Each has the question in it, as it was asked, for owners to point
 * at (RFC 5936 §2.2.2), and no record depends on another, so that records can be taken out again.
 */
export class TransferWriter {
  readonly #asked: Asked;
  readonly #zone: Zone;
  readonly #messages: Message[] = [];
  readonly #room: number;

  constructor(asked: Asked, zone: Zone) {
    this.#asked = asked;
    this.#zone = zone;
    this.#room = messageLimit - (asked.edns === undefined ? 0 : optSize);
  }

  /** Where the next record goes, or behind which it goes where it has no room there. */
  get place(): number {
    const last = this.#messages.at(-1);
    return last === undefined ? 0 : (this.#messages.length - 1) * placesPerMessage + last.end;
  }

  add({ owner, type, ttlSeconds = this.#zone.ttlSeconds, records }: OwnedRecords): void {
    const suffix = type === types.SRV || type === types.PTR ? this.#zone.targetSuffix : "";
    for (const data of records) {
      const message = this.#messageWith(owner.length + 2 + fixedSize + data.length + suffix.length);
      const { octets } = message;
      const at = putBinary(octets, message.end, owner);
      const dataAt = at + 2 + fixedSize;
      putShort(octets, at, 0xc000 | headerSize);
      putShort(octets, at + 2, type);
      putShort(octets, at + 4, classIn);
      putLong(octets, at + 6, ttlSeconds);
      putShort(octets, at + 10, data.length + suffix.length);
      message.end = putBinary(octets, putBinary(octets, dataAt, data), suffix);
      if (type === types.SRV) putShort(octets, dataAt + 2, weightOf(records.length));
      message.count += 1;
    }
  }

  /** Takes out what was written in these stretches, which are in their order. Places from before mean nothing afterwards. */
  drop(stretches: readonly Stretch[]): void {
    let next = 0;
    for (const [index, message] of this.#messages.entries()) {
      const base = index * placesPerMessage;
      const { octets, end } = message;
      let kept = this.#asked.end;
      let from = kept;
      // Those that reach into the next message are looked at there again.
      for (; next < stretches.length; next += 1) {
        const [start, stop] = stretches[next] ?? [0, 0];
        if (start >= base + end) break;
        const cut = Math.max(start - base, from);
        const resumed = Math.max(cut, Math.min(stop - base, end));
        octets.copyWithin(kept, from, cut);
        kept += cut - from;
        from = resumed;
        message.count -= recordsBetween(octets, cut, resumed);
        if (stop > base + end) break;
      }
      if (from === this.#asked.end) continue;
      octets.copyWithin(kept, from, end);
      message.end = kept + end - from;
    }
  }

  /** The messages, to which nothing may be added any more. */
  finish(): readonly Buffer[] {
    const { edns } = this.#asked;
    return this.#messages
      .filter(({ count }) => count > 0)
      .map(({ octets, end, count }) => {
        putShort(octets, 6, count);
        if (edns === undefined) return octets.subarray(0, end);
        putShort(octets, 10, 1);
        return octets.subarray(0, putOpt(octets, end, { dnssecOk: edns.dnssecOk, extendedRcode: 0 }));
      });
  }

  #messageWith(size: number): Message {
    const last = this.#messages.at(-1);
    if (last !== undefined && last.end + size <= this.#room) return last;
    const { message, end } = this.#asked;
    const octets = Buffer.allocUnsafe(Math.max(messageLimit, end + size + optSize));
    message.copy(octets, 0, 0, end);
    octets[2] = 0x84 | (byteAt(message, 2) & 0x01);
    octets.fill(0, 3, 4).fill(0, 6, headerSize);
    putShort(octets, 4, 1);
    const begun = { octets, end, count: 0 };
    this.#messages.push(begun);
    return begun;
  }
}

/** How many records there are; their owners are labels and a pointer. */
function recordsBetween(octets: Buffer, from: number, to: number): number {
  let count = 0;
  for (let at = from; at < to; count += 1) {
    while (byteAt(octets, at) < 0xc0) at += 1 + byteAt(octets, at);
    at += 2 + fixedSize + shortAt(octets, at + 10);
  }
  return count;
}
