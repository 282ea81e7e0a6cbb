import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import type { Clock, Logger, Stoppable } from "@ordinal/runtime";
import type { Respond } from "../answers/respond.ts";
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
      clock.after(idleMs, () => drop(socket)),
    );
    const [silent] = connections.keys();
    if (connections.size > maxConnections && silent !== undefined) drop(silent);
  }

  function drop(socket: Socket): void {
    connections.get(socket)?.();
    connections.delete(socket);
    socket.destroy();
  }

  function accept(socket: Socket): void {
    const frames = new FrameReader();
    const waiting: Buffer[] = [];

    /** Stops when the peer has not read what it was sent: 64 kB of queries may ask for 100 MB of answers. */
    function answerWaiting(): void {
      socket.cork();
      let isTaking = true;
      for (let message = waiting.shift(); message !== undefined; message = isTaking ? waiting.shift() : undefined) {
        const answer = respond(message, "tcp", socket.remoteAddress ?? "");
        if (answer instanceof Promise) void answer.then((all) => all.map((each) => socket.write(frame(each))));
        else if (answer !== undefined) isTaking = socket.write(frame(answer));
      }
      socket.uncork();
      if (isTaking) socket.resume();
      else socket.pause();
    }

    keep(socket);
    socket.setNoDelay(true);
    socket.on("data", (piece) => {
      const taken = frames.take(piece);
      if (taken.is === "too long") {
        drop(socket);
      } else if (taken.messages.length > 0) {
        keep(socket);
        waiting.push(...taken.messages);
        answerWaiting();
      }
    });
    socket.on("drain", answerWaiting);
    socket.on("error", (error) => log.debug("a TCP connection failed", { error: error.message }));
    socket.on("close", () => drop(socket));
  }

  const server = createServer({ allowHalfOpen: false }, accept);
  server.listen({ host, port });
  await once(server, "listening");
  server.on("error", (error) => log.warn("a TCP connection could not be accepted", { error: error.message }));
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of connections.keys()) drop(socket);
      await closed;
    },
  };
}
