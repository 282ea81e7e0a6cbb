import { queryLimit } from "../wire/constants.ts";

/** What a piece of a stream completed: whole messages, or the news that no message of ours ever comes. */
export type Frames = { readonly is: "messages"; readonly messages: readonly Buffer[] } | { readonly is: "too long" };

/** Cuts a stream into the messages it carries, each behind its length in 16 bits (RFC 1035 §4.2.2). */
export class FrameReader {
  readonly #limit: number;
  #rest: Buffer = Buffer.alloc(0);

  /** Takes no message longer than this; by default none that is longer than a query may be. */
  constructor(limit: number = queryLimit) {
    this.#limit = limit;
  }

  /** Takes the next piece. Holds on to less than one message. */
  take(piece: Buffer): Frames {
    const stream = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
    const messages: Buffer[] = [];
    let at = 0;
    while (stream.length - at >= 2) {
      const length = stream.readUInt16BE(at);
      if (length > this.#limit) return { is: "too long" };
      if (stream.length - at - 2 < length) break;
      messages.push(stream.subarray(at + 2, at + 2 + length));
      at += 2 + length;
    }
    this.#rest = Buffer.from(stream.subarray(at));
    return { is: "messages", messages };
  }
}

/** The message behind its length. */
export function frame(message: Buffer): Buffer {
  const framed = Buffer.allocUnsafe(message.length + 2);
  framed.writeUInt16BE(message.length, 0);
  message.copy(framed, 2);
  return framed;
}
