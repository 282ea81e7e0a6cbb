import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { describeError, type Logger } from "@ordinal/runtime";
import { createWebSocketStream, WebSocketServer, type WebSocket } from "ws";

export interface WebSocketUpgrade {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
  /** What was negotiated; empty for none. */
  readonly subprotocol: string;
  readonly log: Logger;
}

/** The server's side of a WebSocket. */
export interface MessageSocket {
  /** Who gets the messages; to be set before the next turn of the event loop. */
  onMessage(listener: (message: Buffer) => void): void;
  /** A text goes as a text message, bytes as a binary one; `done` is called when there is room for more. */
  send(message: Buffer | string, done: (error?: Error | null) => void): void;
  /** Takes no more messages until `resume`, so that the client is held up. */
  pause(): void;
  resume(): void;
  ping(): void;
  /** Sends what is written, says goodbye and ends. */
  close(): void;
  /** All messages as one stream of bytes; from then on nothing else may be called but `ping`. */
  asByteStream(): Duplex;
  readonly closed: Promise<void>;
}

/** The longest message that is accepted, from all its parts. */
const maxPayload = 16 * 2 ** 20;
/** What may lie unread on its way to the client before a ping is answered by hanging up. */
const maxUnsentBytes = 2 ** 20;

/** Answers the handshake, whose headers must have been checked; undefined when it failed and the socket is closed. */
export function acceptWebSocket(upgrade: WebSocketUpgrade): MessageSocket | undefined {
  const { request, socket, head, subprotocol, log } = upgrade;
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    autoPong: false,
    maxPayload,
  });
  // `SPDY/3.1+portforward.k8s.io` is no legal token, and the library refuses it; so it is answered without the library.
  delete request.headers["sec-websocket-protocol"];
  if (subprotocol !== "") {
    server.on("headers", (headers) => headers.push(`Sec-WebSocket-Protocol: ${subprotocol}`));
  }
  let accepted: MessageSocket | undefined;
  server.handleUpgrade(request, socket, head, (webSocket) => {
    accepted = wrap(webSocket, log);
  });
  return accepted;
}

function wrap(webSocket: WebSocket, log: Logger): MessageSocket {
  const closed = Promise.withResolvers<void>();
  webSocket.on("close", () => closed.resolve());
  webSocket.on("error", (error) => log.debug("a WebSocket broke", { error: describeError(error) }));
  webSocket.on("ping", (data) => {
    if (webSocket.bufferedAmount > maxUnsentBytes) webSocket.terminate();
    else webSocket.pong(data, false, ignore);
  });
  return {
    onMessage: (listener) => webSocket.on("message", (data) => listener(bytesOf(data))),
    send: (message, done) => webSocket.send(message, done),
    pause: () => webSocket.pause(),
    resume: () => webSocket.resume(),
    ping: () => webSocket.ping(undefined, false, ignore),
    close: () => webSocket.close(1000),
    asByteStream: () => createWebSocketStream(webSocket),
    closed: closed.promise,
  };
}

/** A broken connection is noticed by its closing. */
function ignore(): void {}

function bytesOf(data: Buffer | ArrayBuffer | Buffer[]): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? Buffer.from(data) : data;
}
