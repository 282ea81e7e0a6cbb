import { request } from "node:https";
import { text } from "node:stream/consumers";
import type { Duplex } from "node:stream";
import { WebSocket } from "ws";
import { encodeFrame, type Frame } from "./spdy/frames.ts";
import { createFrameReader } from "./spdy/frame-reader.ts";
import { createPacker, plainBlock } from "./spdy/header-packer.fixture.ts";
import type { StreamServer } from "./stream-server.fixture.ts";

export interface Ask {
  readonly verb: "exec" | "attach" | "portforward";
  readonly query: string;
  readonly protocols: readonly string[];
}

/** What came instead of an upgrade. */
export interface Refusal {
  readonly code: number | undefined;
  readonly contentType: string | undefined;
  readonly body: string;
}

function optionsFor({ credentials, port }: StreamServer) {
  const { ca, clientCertificate: cert, clientKey: key } = credentials;
  return { host: "127.0.0.1", port, ca, cert, key, agent: false as const };
}

const pathOf = ({ verb, query }: Ask): string => `/api/v1/namespaces/default/pods/web-0/${verb}?${query}`;

/** Asks for SPDY; gives the bare connection, or what came instead. */
export async function askForSpdy(server: StreamServer, ask: Ask): Promise<Duplex | Refusal> {
  const headers = {
    connection: "Upgrade",
    upgrade: "SPDY/3.1",
    ...(ask.protocols.length === 0 ? {} : { "x-stream-protocol-version": [...ask.protocols] }),
  };
  const sent = request({ ...optionsFor(server), method: "POST", path: pathOf(ask), headers });
  return await new Promise((resolve, reject) => {
    sent.on("error", reject);
    sent.on("upgrade", (_response, socket, head) => {
      socket.unshift(head);
      resolve(socket);
    });
    sent.on("response", (response) => {
      const { statusCode: code, headers: received } = response;
      text(response).then((body) => resolve({ code, contentType: received["content-type"], body }), reject);
    });
    sent.end();
  });
}

/** A client of SPDY that does what it is told, right or wrong. */
export interface SpdyClient {
  readonly socket: Duplex;
  send(frame: Frame): void;
  /** Opens the next stream, with headers packed as Go packs them. */
  open(headers: Readonly<Record<string, string>>): Promise<number>;
  /** Everything that has come so far. */
  readonly received: readonly Frame[];
  /** Resolves once something of what has come is what we wait for. */
  until(isThere: (frame: Frame) => boolean): Promise<void>;
  /** What has come on a stream, as text. */
  textOf(streamId: number): string;
  readonly closed: Promise<void>;
}

/** Asks for SPDY, and fails when it is refused. */
export async function openSpdy(server: StreamServer, ask: Ask): Promise<SpdyClient> {
  const socket = await askForSpdy(server, ask);
  if (!("write" in socket)) throw new Error(`refused: ${socket.body}`);
  const reader = createFrameReader({ maxControlBytes: 100_000 });
  const pack = createPacker();
  const received: Frame[] = [];
  const closed = Promise.withResolvers<void>();
  let check: (() => void) | undefined;
  let lastId = -1;
  socket.on("error", () => {});
  socket.on("close", () => closed.resolve());
  socket.on("data", (chunk: Buffer) => {
    received.push(...reader.push(chunk));
    check?.();
  });
  return {
    socket,
    received,
    closed: closed.promise,
    send: (frame) => void socket.write(encodeFrame(frame)),
    async open(headers) {
      const streamId = (lastId += 2);
      const headerBlock = await pack(plainBlock(headers));
      socket.write(encodeFrame({ type: "syn-stream", streamId, fin: false, headerBlock }));
      return streamId;
    },
    until: async (isThere) =>
      await new Promise((resolve, reject) => {
        const look = (): void => {
          if (received.some(isThere)) resolve();
        };
        check = look;
        void closed.promise.then(() => reject(new Error("the connection was closed before it came")));
        look();
      }),
    textOf: (streamId) =>
      received
        .filter((frame) => frame.type === "data" && frame.streamId === streamId)
        .map((frame) => ("bytes" in frame ? frame.bytes.toString() : ""))
        .join(""),
  };
}

/** A WebSocket; rejects with the code and body of a refusal. */
export async function openWebSocket(server: StreamServer, ask: Ask): Promise<WebSocket> {
  const url = `wss://127.0.0.1:${server.port}${pathOf(ask)}`;
  const webSocket = new WebSocket(url, [...ask.protocols], { ...optionsFor(server), perMessageDeflate: false });
  return await new Promise((resolve, reject) => {
    webSocket.once("open", () => resolve(webSocket));
    webSocket.once("error", reject);
  });
}
