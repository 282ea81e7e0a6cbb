import type { Clock } from "@ordinal/runtime";
import type { Exchange, Exchanged } from "./exchange.ts";
import { openTcpConnection, type TcpConnection } from "./tcp-connection.ts";
import type { UpstreamAddress } from "./upstream-address.ts";

export interface TcpExchangeOptions {
  readonly clock: Clock;
  /** A connection on which nothing was asked for so long is closed. Defaults to 10 000, as CoreDNS `expire`. */
  readonly idleMs?: number;
  /** Told whether an open connection was there for a query. */
  readonly onUse?: (use: "kept" | "opened") => void;
}

/** Asks over TCP, on one connection that is kept while it is used. */
export function createTcpExchange(to: UpstreamAddress, options: TcpExchangeOptions): Exchange {
  const { clock, idleMs = 10_000, onUse } = options;
  /** The last one is for new queries, those before it end with their last answer. */
  const connections = new Set<TcpConnection>();
  let current: TcpConnection | undefined;
  let isStopped = false;

  async function ask(query: Buffer, timeoutMs: number): Promise<Exchanged> {
    if (isStopped) return { is: "failed", reason: "stopped" };
    const isKept = current?.isOpen() === true;
    const told = await tell(query, timeoutMs);
    if (told.is !== "closed") return told;
    // Upstreams close what was idle, and the news may cross with a query. Source: RFC 7766 §6.2.4.
    if (!isKept || isStopped) return { is: "failed", reason: told.reason };
    const again = await tell(query, timeoutMs);
    return again.is === "closed" ? { is: "failed", reason: again.reason } : again;
  }

  async function tell(query: Buffer, timeoutMs: number): ReturnType<TcpConnection["ask"]> {
    const kept = current?.isOpen() === true ? current : undefined;
    onUse?.(kept === undefined ? "opened" : "kept");
    current = kept ?? open();
    return await current.ask(query, timeoutMs);
  }

  function open(): TcpConnection {
    const connection = openTcpConnection(to, { clock, idleMs, onGone: () => connections.delete(connection) });
    connections.add(connection);
    return connection;
  }

  return {
    ask,
    stop() {
      isStopped = true;
      for (const connection of connections) connection.close();
    },
  };
}
