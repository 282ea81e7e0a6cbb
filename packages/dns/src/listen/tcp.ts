import { createServer } from "node:net";
import type { Clock, Logger, Stoppable } from "@ordinal/runtime";
import type { Respond } from "../answers/respond.ts";
import { createConnections, startAcceptor, type ConnectionOptions, type Connections } from "./connections.ts";
import { converse } from "./conversation.ts";

/** What every listener for streams is given. */
export interface StreamListenerOptions extends ConnectionOptions {
  readonly respond: Respond;
  readonly clock: Clock;
  readonly log: Logger;
  /** Counted and bounded together with those of other listeners. Defaults to a count of this listener's own. */
  readonly connections?: Connections;
  /** Whether other threads of this process bind the same port. Defaults to false. */
  readonly reusePort?: boolean;
}

export interface TcpListener extends Stoppable {
  readonly port: number;
}

/**
 * Answers queries over TCP (RFC 7766). Slow or silent peers cannot use it up: only whole queries and answers that are read
 * count as a sign of life. Rejects with the system's error where the address cannot be bound.
 */
export async function listenTcp(
  at: { readonly host: string; readonly port: number },
  options: StreamListenerOptions,
): Promise<TcpListener> {
  const { respond, log, reusePort = false, connections = createConnections(options) } = options;
  const server = createServer({ allowHalfOpen: true });
  const acceptor = await startAcceptor(server, { at, reusePort, connections, log });
  server.on("connection", (socket) => {
    const connection = acceptor.connectionOf(socket);
    if (connection === undefined) socket.destroy();
    else converse(socket, { connection, transport: "tcp", respond, log });
  });
  return acceptor;
}
