import { decodeControlFrame, decodeHead, FrameError, type Frame, type Head } from "./frames.ts";

/** Turns a stream of bytes into frames. Data is handed on as it comes, so only a control frame is ever held back. */
export interface FrameReader {
  /** The frames and parts of data that this chunk completes. Throws FrameError when the peer breaks the protocol. */
  push(chunk: Buffer): readonly Frame[];
}

export interface FrameReaderOptions {
  /** The longest control frame that is accepted. */
  readonly maxControlBytes: number;
}

const headBytes = 8;
const nothing = Buffer.alloc(0);

export function createFrameReader({ maxControlBytes }: FrameReaderOptions): FrameReader {
  /** Of an unfinished head or control frame; at most `headBytes + maxControlBytes` and one chunk. */
  let held: Buffer = nothing;
  let head: Head | undefined;
  /** What the current data frame still lacks. */
  let missing = 0;

  function begin(bytes: Buffer): Head {
    const next = decodeHead(bytes);
    if (next.is === "control" && next.length > maxControlBytes) {
      throw new FrameError(`a control frame of ${next.length} bytes is too long`);
    }
    missing = next.length;
    return next;
  }

  /** Takes one frame or part of one off `bytes`; undefined when more bytes are needed. */
  function step(bytes: Buffer): { readonly frame: Frame | undefined; readonly rest: Buffer } | undefined {
    if (head === undefined) {
      if (bytes.length < headBytes) return undefined;
      head = begin(bytes);
      return { frame: undefined, rest: bytes.subarray(headBytes) };
    }
    const current = head;
    if (current.is === "control") {
      if (bytes.length < current.length) return undefined;
      head = undefined;
      const payload = bytes.subarray(0, current.length);
      return { frame: decodeControlFrame({ ...current, payload }), rest: bytes.subarray(current.length) };
    }
    if (bytes.length === 0 && missing > 0) return undefined;
    const part = bytes.subarray(0, missing);
    missing -= part.length;
    if (missing === 0) head = undefined;
    const fin = current.fin && missing === 0;
    return { frame: { type: "data", streamId: current.streamId, fin, bytes: part }, rest: bytes.subarray(part.length) };
  }

  return {
    push(chunk) {
      const frames: Frame[] = [];
      let bytes = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
      for (let taken = step(bytes); taken !== undefined; taken = step(bytes)) {
        if (taken.frame !== undefined) frames.push(taken.frame);
        bytes = taken.rest;
      }
      held = bytes;
      return frames;
    },
  };
}
