import type { Duplex } from "node:stream";
import { describeError, unreachable, type Clock, type Logger } from "@ordinal/runtime";
import { createFrameReader } from "./frame-reader.ts";
import { encodeFrame, FrameError, resetStatus, type Frame } from "./frames.ts";
import { createHeaderDecoder, createHeaderEncoder, type Headers } from "./header-block.ts";
import { OpenStream, type SpdyStream } from "./stream.ts";

export interface SpdyConnectionOptions {
  /** What carries the frames. It is read and written by the connection alone. */
  readonly transport: Duplex;
  readonly clock: Clock;
  readonly log: Logger;
  /** Called for every stream the client opens. */
  readonly onStream: (stream: SpdyStream) => void;
  /** Streams that may be open at once; more are refused. Defaults to 1024. */
  readonly maxStreams?: number;
}

/** The server's side of SPDY/3.1 over any byte stream. Slow readers of a stream hold up the connection, not the memory. */
export interface SpdyConnection {
  /** Resolves when the transport is closed, by either side. All streams are closed by then. */
  readonly closed: Promise<void>;
  /** Asks the client for a sign of life. A transport that has broken unnoticed fails on it. */
  ping(): void;
  /** Sends what is written, says goodbye and ends the transport. */
  end(): void;
  destroy(): void;
}

const goawayStatus = { ok: 0, protocolError: 1 } as const;
const maxControlBytes = 32 * 1024;
const maxHeaderBytes = 32 * 1024;
/** Replies the client has not read yet; beyond that it is not read either. */
const maxReplyBytes = 64 * 1024;
/** How long the client may take to close its side after we said goodbye. */
const lingerMs = 5_000;

/** Starts reading the transport at once. */
export function startSpdyConnection(options: SpdyConnectionOptions): SpdyConnection {
  const { transport, clock, log, onStream, maxStreams = 1024 } = options;
  const reader = createFrameReader({ maxControlBytes });
  const decoder = createHeaderDecoder({ maxBytes: maxHeaderBytes });
  const encoder = createHeaderEncoder();
  const streams = new Map<number, OpenStream>();
  const full = new Set<number>();
  const closed = Promise.withResolvers<void>();
  let lastStreamId = 0;
  let lastPing = 0;
  let replyBytes = 0;
  let isLeaving = false;

  function receive(chunk: Buffer): void {
    if (isLeaving) return;
    try {
      for (const frame of reader.push(chunk)) handle(frame);
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      log.debug("closing a SPDY connection: the client broke the protocol", { error: describeError(error) });
      leave(goawayStatus.protocolError);
    }
    holdUp();
  }

  /** What still comes after the goodbye is thrown away. */
  function leave(status: number): void {
    if (isLeaving) return;
    isLeaving = true;
    const giveUp = clock.after(lingerMs, () => transport.destroy());
    transport.once("close", giveUp);
    transport.end(encodeFrame({ type: "goaway", lastStreamId, status }));
    holdUp();
  }

  /** Reads on only while every stream has room and the client reads our replies. */
  function holdUp(): void {
    if (!isLeaving && (full.size > 0 || replyBytes > maxReplyBytes)) transport.pause();
    else if (transport.isPaused()) transport.resume();
  }

  function handle(frame: Frame): void {
    switch (frame.type) {
      case "syn-stream":
        open(frame.streamId, frame.fin, decoder.decode(frame.headerBlock));
        break;
      case "data":
        if (frame.streamId > lastStreamId) throw new FrameError(`data for stream ${frame.streamId}, never opened`);
        streams.get(frame.streamId)?.receive(frame.bytes, frame.fin);
        break;
      case "reset":
        streams.get(frame.streamId)?.wasReset();
        break;
      case "ping":
        // Even ids are answers to ours.
        if (frame.id % 2 === 1) sendReply(frame);
        break;
      case "headers":
      case "syn-reply":
        // Nothing in them is for us, but the next block builds on this one.
        decoder.decode(frame.headerBlock);
        break;
      case "goaway":
        break;
      default:
        unreachable(frame);
    }
  }

  function open(streamId: number, fin: boolean, headers: Headers): void {
    if (streamId <= lastStreamId || streamId % 2 === 0) throw new FrameError(`stream id ${streamId} is out of order`);
    lastStreamId = streamId;
    if (streams.size >= maxStreams) {
      sendReply({ type: "reset", streamId, status: resetStatus.refusedStream });
      return;
    }
    const stream = new OpenStream(headers, {
      send: (data, done) => {
        if (transport.writable) transport.write(encodeFrame({ type: "data", streamId, ...data }), done);
        else done(new Error("the connection is closed"));
      },
      reset: () => sendReply({ type: "reset", streamId, status: resetStatus.cancel }),
      setFull: (isFull) => {
        if (isFull === full.has(streamId)) return;
        if (isFull) full.add(streamId);
        else full.delete(streamId);
        holdUp();
      },
      forget: () => streams.delete(streamId),
    });
    streams.set(streamId, stream);
    sendReply({ type: "syn-reply", streamId, fin: false, headerBlock: encoder.encode({}) });
    if (fin) stream.receive(Buffer.alloc(0), true);
    onStream(stream);
  }

  function sendReply(frame: Frame): void {
    if (!transport.writable) return;
    const bytes = encodeFrame(frame);
    replyBytes += bytes.length;
    transport.write(bytes, () => {
      replyBytes -= bytes.length;
      holdUp();
    });
  }

  transport.on("data", receive);
  // The client has said its last word; without it nobody is left to read ours.
  transport.on("end", () => transport.destroy());
  transport.on("error", (error) => log.debug("a SPDY connection broke", { error: describeError(error) }));
  transport.on("close", () => {
    for (const stream of streams.values()) stream.wasReset();
    closed.resolve();
  });

  return {
    closed: closed.promise,
    ping: () => sendReply({ type: "ping", id: (lastPing += 2) }),
    end: () => leave(goawayStatus.ok),
    destroy: () => transport.destroy(),
  };
}
