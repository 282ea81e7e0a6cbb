import { Duplex } from "node:stream";
import type { Headers } from "./header-block.ts";

/** One stream. Ending it sends FIN, destroying it resets it; a stream the client resets closes without an end. */
export interface SpdyStream extends Duplex {
  readonly headers: Headers;
}

/** What a stream needs of its connection. */
export interface StreamWire {
  /** Sends data; `done` is called when there is room for more. */
  send(data: { readonly bytes: Buffer; readonly fin: boolean }, done: (error?: Error | null) => void): void;
  reset(): void;
  /** Tells whether the stream can take no more until somebody reads it. */
  setFull(isFull: boolean): void;
  forget(): void;
}

const nothing = Buffer.alloc(0);
/** Small enough that streams take turns. */
const maxDataBytes = 64 * 1024;

/** The connection's own view of a stream: what the client did to it comes in by `receive` and `wasReset`. */
export class OpenStream extends Duplex implements SpdyStream {
  readonly headers: Headers;
  readonly #wire: StreamWire;
  /** Whether each side has said FIN; a stream reset by the client counts as both. */
  #isOver = { theirs: false, ours: false };

  constructor(headers: Headers, wire: StreamWire) {
    super({ allowHalfOpen: true });
    this.headers = headers;
    this.#wire = wire;
    // A stream that breaks closes; that is all its user has to notice.
    this.on("error", () => {});
  }

  receive(bytes: Buffer, fin: boolean): void {
    if (this.#isOver.theirs || this.destroyed) return;
    if (bytes.length > 0 && !this.push(bytes)) this.#wire.setFull(true);
    if (!fin) return;
    this.#isOver.theirs = true;
    this.push(null);
  }

  wasReset(): void {
    this.#isOver = { theirs: true, ours: true };
    this.destroy();
  }

  override _read(): void {
    this.#wire.setFull(false);
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#sendParts(chunk, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#isOver.ours = true;
    this.#wire.send({ bytes: nothing, fin: true }, done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (!this.#isOver.theirs || !this.#isOver.ours) this.#wire.reset();
    this.#wire.setFull(false);
    this.#wire.forget();
    done(error);
  }

  #sendParts(bytes: Buffer, done: (error?: Error | null) => void): void {
    const rest = bytes.subarray(maxDataBytes);
    this.#wire.send({ bytes: bytes.subarray(0, maxDataBytes), fin: false }, (error) => {
      if (error || rest.length === 0) done(error);
      else this.#sendParts(rest, done);
    });
  }
}
