import { unreachable } from "@ordinal/runtime";

/** One SPDY/3.1 frame, as far as remote commands and port forwarding use them. Stream ids have 31 bits. */
export type Frame =
  | { readonly type: "syn-stream"; readonly streamId: number; readonly fin: boolean; readonly headerBlock: Buffer }
  | { readonly type: "syn-reply"; readonly streamId: number; readonly fin: boolean; readonly headerBlock: Buffer }
  | { readonly type: "headers"; readonly streamId: number; readonly fin: boolean; readonly headerBlock: Buffer }
  | { readonly type: "reset"; readonly streamId: number; readonly status: number }
  | { readonly type: "ping"; readonly id: number }
  | { readonly type: "goaway"; readonly lastStreamId: number; readonly status: number }
  /** A part of a data frame, as it arrives; `fin` is on the last part. */
  | { readonly type: "data"; readonly streamId: number; readonly fin: boolean; readonly bytes: Buffer };

/** Why a stream is reset. Source: SPDY draft 3, section 2.6.3. */
export const resetStatus = { refusedStream: 3, cancel: 5 } as const;

/** The peer broke the protocol; the connection is of no more use. */
export class FrameError extends Error {
  override readonly name = "FrameError";
}

const types = { "syn-stream": 1, "syn-reply": 2, reset: 3, ping: 6, goaway: 7, headers: 8 } as const;
const version = 3;
const headBytes = 8;
const finFlag = 1;

/** The bytes of a frame. */
export function encodeFrame(frame: Frame): Buffer {
  switch (frame.type) {
    case "data":
      return dataFrame(frame);
    case "syn-stream":
      // Between the id and the headers: the associated stream, priority and credential slot, all unused.
      return controlFrame(frame, [numbers(frame.streamId, 0), Buffer.alloc(2), frame.headerBlock]);
    case "syn-reply":
    case "headers":
      return controlFrame(frame, [numbers(frame.streamId), frame.headerBlock]);
    case "reset":
      return controlFrame(frame, [numbers(frame.streamId, frame.status)]);
    case "ping":
      return controlFrame(frame, [numbers(frame.id)]);
    case "goaway":
      return controlFrame(frame, [numbers(frame.lastStreamId, frame.status)]);
    default:
      return unreachable(frame);
  }
}

function dataFrame({ streamId, fin, bytes }: Extract<Frame, { type: "data" }>): Buffer {
  const frame = Buffer.allocUnsafe(headBytes + bytes.length);
  frame.writeUInt32BE(streamId, 0);
  frame.writeUInt32BE(bytes.length, 4);
  frame.writeUInt8(fin ? finFlag : 0, 4);
  bytes.copy(frame, headBytes);
  return frame;
}

function controlFrame(frame: Exclude<Frame, { type: "data" }>, parts: readonly Buffer[]): Buffer {
  const head = Buffer.alloc(headBytes);
  head.writeUInt16BE(0x8000 | version, 0);
  head.writeUInt16BE(types[frame.type], 2);
  head.writeUInt32BE(
    parts.reduce((sum, part) => sum + part.length, 0),
    4,
  );
  head.writeUInt8("fin" in frame && frame.fin ? finFlag : 0, 4);
  return Buffer.concat([head, ...parts]);
}

function numbers(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, index) => bytes.writeUInt32BE(value, 4 * index));
  return bytes;
}

/** A control frame with its head read: type, flags and the payload after it. */
export interface ControlFrame {
  readonly type: number;
  readonly fin: boolean;
  readonly payload: Buffer;
}

/** Reads a control frame; undefined for one that says nothing to us, such as SETTINGS or WINDOW_UPDATE. */
export function decodeControlFrame({ type, fin, payload }: ControlFrame): Frame | undefined {
  switch (type) {
    case types["syn-stream"]:
      return { type: "syn-stream", streamId: idAt(payload, 0), fin, headerBlock: restAfter(payload, 10) };
    case types["syn-reply"]:
      return { type: "syn-reply", streamId: idAt(payload, 0), fin, headerBlock: restAfter(payload, 4) };
    case types.headers:
      return { type: "headers", streamId: idAt(payload, 0), fin, headerBlock: restAfter(payload, 4) };
    case types.reset:
      return { type: "reset", streamId: idAt(payload, 0), status: numberAt(payload, 4) };
    case types.ping:
      return { type: "ping", id: numberAt(payload, 0) };
    case types.goaway:
      return { type: "goaway", lastStreamId: idAt(payload, 0), status: numberAt(payload, 4) };
    default:
      return undefined;
  }
}

/** The head of a frame. Source: SPDY draft 3, section 2.2. */
export type Head =
  | { readonly is: "control"; readonly type: number; readonly fin: boolean; readonly length: number }
  | { readonly is: "data"; readonly streamId: number; readonly fin: boolean; readonly length: number };

/** Reads the eight bytes that every frame begins with. */
export function decodeHead(bytes: Buffer): Head {
  const first = bytes.readUInt32BE(0);
  const fin = (bytes.readUInt8(4) & finFlag) !== 0;
  const length = bytes.readUIntBE(5, 3);
  if (first < 0x8000_0000) return { is: "data", streamId: first, fin, length };
  const theirs = bytes.readUInt16BE(0) & 0x7fff;
  if (theirs !== version) throw new FrameError(`SPDY version ${theirs}, expected ${version}`);
  return { is: "control", type: bytes.readUInt16BE(2), fin, length };
}

function idAt(payload: Buffer, offset: number): number {
  return numberAt(payload, offset) & 0x7fff_ffff;
}

function numberAt(payload: Buffer, offset: number): number {
  if (payload.length < offset + 4) throw new FrameError("a control frame is too short");
  return payload.readUInt32BE(offset);
}

function restAfter(payload: Buffer, offset: number): Buffer {
  if (payload.length < offset) throw new FrameError("a control frame is too short");
  return payload.subarray(offset);
}
