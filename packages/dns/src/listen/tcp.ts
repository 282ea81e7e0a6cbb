import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import type { Clock, Logger, Stoppable } from "@ordinal/runtime";
import type { Respond } from "../answers/responder.ts";
import { frame, FrameReader } from "./frames.ts";

export interface TcpListenerOptions {
  readonly respond: Respond;
  readonly clock: Clock;
  readonly log: Logger;
  /** A connection without a whole query for so long is closed. Defaults to 10 000. */
  readonly idleMs?: number;
  /** Beyond so many connections the one that was silent longest is closed. Defaults to 256. */
  readonly maxConnections?: number;
}

export interface TcpListener extends Stoppable {
  readonly port: number;
}

/**
 * Answers queries over TCP, any number on one connection, each in turn (RFC 7766). Slow or silent peers cannot use it up:
 * only whole queries count as a sign of life, and a peer that does not read its answers is not read from.
 */
export async function listenTcp(
  { host, port }: { readonly host: string; readonly port: number },
  { respond, clock, log, idleMs = 10_000, maxConnections = 256 }: TcpListenerOptions,
): Promise<TcpListener> {
  /** Open connections, the longest silent one first, with how to stop their timers. */
  const connections = new Map<Socket, () => void>();

  function keep(socket: Socket): void {
    connections.get(socket)?.();
    connections.delete(socket);
    connections.set(
      socket,
      clock.after(idleMs, () => socket.destroy()),
    );
  }

  function accept(socket: Socket): void {
    const frames = new FrameReader();
    keep(socket);
    if (connections.size > maxConnections) connections.keys().next().value?.destroy();
    socket.setNoDelay(true);
    socket.on("data", (piece) => {
      const taken = frames.take(piece);
      if (taken.is === "too long") {
        socket.destroy();
        return;
      }
      if (taken.messages.length > 0 && !answerAll(socket, taken.messages)) socket.pause();
    });
    socket.on("drain", () => socket.resume());
    socket.on("error", (error) => log.debug("a TCP connection failed", { error: error.message }));
    socket.on("close", () => {
      connections.get(socket)?.();
      connections.delete(socket);
    });
  }

  /** False when the peer has not yet read what it was sent. */
  function answerAll(socket: Socket, messages: readonly Buffer[]): boolean {
    const answers = messages.map((message) => respond(message, "tcp")).filter((answer) => answer !== undefined);
    if (answers.length === 0) return true;
    keep(socket);
    return socket.write(Buffer.concat(answers.map(frame)));
  }

  const server = createServer({ allowHalfOpen: false }, accept);
  server.listen({ host, port });
  await once(server, "listening");
  server.on("error", (error) => log.warn("a TCP connection could not be accepted", { error: error.message }));
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of connections.keys()) socket.destroy();
      await closed;
    },
  };
}
