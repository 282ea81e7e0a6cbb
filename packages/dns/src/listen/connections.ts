import type { Server, Socket } from "node:net";
import type { Clock, Logger, Stoppable } from "@ordinal/runtime";

export interface ConnectionOptions {
  readonly clock: Clock;
  /** A connection without a sign of life (a whole query, an answer that was read) for so long is closed. Defaults to 10 000. */
  readonly idleMs?: number;
  /** Beyond so many connections the one that was silent longest is closed. Defaults to 1 024. */
  readonly maxConnections?: number;
}

/** One peer's connection, from its first packet on: a TLS handshake counts too. */
export interface Connection {
  /** The peer's address, as text. */
  readonly address: string;
  /** Tells that the peer does what it is here for. */
  keep(): void;
  /** Closes at once what lies below, with everything on top of it. */
  drop(): void;
}

/** Open connections of any number of listeners, bounded together; the longest silent one makes room. */
export interface Connections {
  open(socket: Socket): Connection;
  readonly size: number;
}

export function createConnections({ clock, idleMs = 10_000, maxConnections = 1_024 }: ConnectionOptions): Connections {
  /** The longest silent one first, with how to stop its timer. */
  const open = new Map<Connection, () => void>();

  function forget(connection: Connection): void {
    open.get(connection)?.();
    open.delete(connection);
  }

  return {
    open(socket) {
      const connection: Connection = {
        address: plainAddress(socket.remoteAddress ?? ""),
        keep() {
          if (socket.destroyed) return;
          forget(connection);
          open.set(
            connection,
            clock.after(idleMs, () => connection.drop()),
          );
        },
        drop() {
          forget(connection);
          socket.destroy();
        },
      };
      connection.keep();
      socket.once("close", () => forget(connection));
      const [silent] = open.keys();
      if (open.size > maxConnections) silent?.drop();
      return connection;
    },
    get size() {
      return open.size;
    },
  };
}

/** What a listener for streams of any kind has in common. */
export interface Acceptor extends Stoppable {
  readonly port: number;
  /** The connection a stream of the server is carried by; undefined when it is gone already. */
  connectionOf(stream: Pick<Socket, "remoteAddress" | "remotePort">): Connection | undefined;
}

/** Connections that wait to be accepted, at most; the system has a limit of its own. A thousand may come in one turn. */
const backlog = 4_096;

/** Binds a server (TCP, TLS or HTTPS) and counts each connection from its first packet on. Rejects with the system's error. */
export async function startAcceptor(
  server: Server,
  { at, reusePort = false, connections, log }: AcceptorOptions,
): Promise<Acceptor> {
  /** By peer: what TLS and HTTP put on top of a connection shows its peer, but not the connection. */
  const own = new Map<string, Connection>();

  server.prependListener("connection", (socket: Socket) => {
    const peer = peerOf(socket);
    const connection = connections.open(socket);
    own.set(peer, connection);
    socket.once("close", () => {
      if (own.get(peer) === connection) own.delete(peer);
    });
  });
  const listening = Promise.withResolvers<void>();
  server.once("listening", listening.resolve);
  server.once("error", listening.reject);
  server.listen({ host: at.host, port: at.port, reusePort, backlog });
  await listening.promise;
  server.off("error", listening.reject);
  server.on("error", (error) => log.warn("a connection could not be accepted", { error: error.message }));
  const bound = server.address();
  return {
    port: typeof bound === "object" ? (bound?.port ?? 0) : 0,
    connectionOf: (stream) => own.get(peerOf(stream)),
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const connection of own.values()) connection.drop();
      await closed;
    },
  };
}

export interface AcceptorOptions {
  readonly at: { readonly host: string; readonly port: number };
  /** Whether other threads of this process bind the same port. Defaults to false. */
  readonly reusePort?: boolean;
  readonly connections: Connections;
  readonly log: Logger;
}

/** An IPv4 address as such, also where a socket for both families shows it in IPv6's dress. */
export function plainAddress(address: string): string {
  return address.startsWith("::ffff:") && address.includes(".") ? address.slice(7) : address;
}

function peerOf({ remoteAddress, remotePort }: Pick<Socket, "remoteAddress" | "remotePort">): string {
  return `${remoteAddress} ${remotePort}`;
}
