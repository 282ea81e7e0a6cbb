import { createStopStack, describeError, hasCode, type Clock, type Logger, type Stoppable } from "@ordinal/runtime";
import type { Respond } from "../answers/respond.ts";
import type { Connections } from "./connections.ts";
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

export interface ListenParts {
  readonly respond: Respond;
  readonly clock: Clock;
  readonly log: Logger;
  /** Counts the connections of all listeners together. Defaults to a count of each listener's own. */
  readonly connections?: Connections;
}

/** How often a free port is drawn anew when the other protocol turns out to have it taken. */
const draws = 20;

/**
 * Listens on UDP and TCP at the same port, because a resolver asks again over TCP at that port. Throws, naming the address
 * and what to do, where it cannot be bound.
 */
export async function listenBoth(at: ListenAddress, parts: ListenParts): Promise<Listening> {
  return await inWords("DNS", at, async () => await bindBoth(at, { ...parts, reusePort: false }));
}

/**
 * As `listenBoth`, at a port that other threads of this process can bind too (`joinBoth`); the system spreads queries over
 * them. Another program that shares ports in the same way is noticed all the same.
 */
export async function listenShared(at: ListenAddress, parts: ListenParts): Promise<Listening> {
  const address = await inWords("DNS", at, async () => {
    // Sharing would be granted beside any other process of this user; so first see whether we would be alone.
    const alone = await bindBoth(at, { ...parts, reusePort: false });
    await alone.stop();
    return alone.address;
  });
  return await joinBoth(address, parts);
}

/** Listens, in another thread, beside whoever called `listenShared` for this address. */
export async function joinBoth(at: ListenAddress, parts: ListenParts): Promise<Listening> {
  return await inWords("DNS", at, async () => await bindBoth(at, { ...parts, reusePort: true }));
}

async function bindBoth(at: ListenAddress, parts: ListenParts & { readonly reusePort: boolean }): Promise<Listening> {
  for (let draw = 1; ; draw += 1) {
    const stack = createStopStack();
    try {
      return await stack.guard(async () => {
        const tcp = stack.add(await listenTcp(at, parts));
        const { port } = stack.add(await listenUdp({ host: at.host, port: tcp.port }, parts));
        return { address: { host: at.host, port }, stop: () => stack.stop() };
      });
    } catch (error) {
      if (at.port !== 0 || draw >= draws || !hasCode(error, "EADDRINUSE")) throw error;
    }
  }
}

/** Puts the system's error about an address into words: what, where, and what to do. */
export async function inWords<T>(what: string, at: ListenAddress, bind: () => Promise<T>): Promise<T> {
  try {
    return await bind();
  } catch (error) {
    throw new Error(`${what} cannot listen on ${show(at)}: ${remedyFor(error)}`, { cause: error });
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
  if (hasCode(error, "ENOTSUP")) return "this system does not let threads share a port; set the DNS workers to 0";
  return describeError(error);
}
