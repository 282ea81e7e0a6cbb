import { createStopStack, describeError, hasCode, type Clock, type Logger, type Stoppable } from "@ordinal/runtime";
import type { Respond } from "../answers/respond.ts";
import { listenTcp } from "./tcp.ts";
import { listenUdp } from "./udp.ts";

/** An address to answer on. Port 0: any that is free for both UDP and TCP. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

export interface Listening extends Stoppable {
  readonly address: ListenAddress;
}

/** How often a free port is drawn anew when the other protocol turns out to have it taken. */
const draws = 20;

/**
 * Listens on UDP and TCP at the same port, because a resolver asks again over TCP at that port. Throws, naming the address
 * and what to do, where it cannot be bound.
 */
export async function listenBoth(
  at: ListenAddress,
  parts: { readonly respond: Respond; readonly clock: Clock; readonly log: Logger },
): Promise<Listening> {
  for (let draw = 1; ; draw += 1) {
    const stack = createStopStack();
    try {
      return await stack.guard(async () => {
        const tcp = stack.add(await listenTcp(at, parts));
        const { port } = stack.add(await listenUdp({ host: at.host, port: tcp.port }, parts));
        return { address: { host: at.host, port }, stop: () => stack.stop() };
      });
    } catch (error) {
      if (at.port === 0 && draw < draws && hasCode(error, "EADDRINUSE")) continue;
      throw new Error(`DNS cannot listen on ${show(at)}: ${remedyFor(error)}`, { cause: error });
    }
  }
}

/** `127.0.0.1:53`, `[::1]:53`. */
export function show({ host, port }: ListenAddress): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

function remedyFor(error: unknown): string {
  if (hasCode(error, "EADDRINUSE")) return "another program answers there; stop it or choose another port";
  if (hasCode(error, "EACCES")) return "ports below 1024 are for root (or CAP_NET_BIND_SERVICE); choose a higher port";
  if (hasCode(error, "EADDRNOTAVAIL")) return "this machine does not have that address";
  return describeError(error);
}
