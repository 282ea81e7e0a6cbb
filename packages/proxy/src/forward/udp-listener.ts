import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { isIPv6 } from "node:net";
import { hasCode } from "@ordinal/runtime";
import { nameOf, type Forward, type Target } from "../plan/plan.ts";
import { Rotation, type Listener, type ListenerParts } from "./listener.ts";

/** An asker is forgotten after so long without a datagram from it. */
const idleMs = 60_000;
/** Beyond so many askers the one that was silent longest is forgotten. */
const maxAskers = 1_024;

interface Asker {
  readonly target: Target;
  readonly upstream: Socket;
  cancelIdle: () => void;
}

/**
 * Forwards datagrams: each asker (address and port) gets a target in turn and keeps it while it goes on asking and the
 * target stays. Rejects with the system's error where it cannot bind.
 */
export async function listenUdp(forward: Forward, { clock, log }: ListenerParts): Promise<Listener> {
  const rotation = new Rotation();
  rotation.set(forward.targets);
  /** By `address port`, the longest silent one first. */
  const askers = new Map<string, Asker>();
  const name = nameOf(forward);
  const socket = socketFor(forward.host);

  function forget(key: string): void {
    const asker = askers.get(key);
    if (asker === undefined) return;
    askers.delete(key);
    asker.cancelIdle();
    asker.upstream.close();
  }

  function keep(key: string, asker: Asker): void {
    asker.cancelIdle();
    asker.cancelIdle = clock.after(idleMs, () => forget(key));
    askers.delete(key);
    askers.set(key, asker);
    const [oldest] = askers.keys();
    if (askers.size > maxAskers && oldest !== undefined) forget(oldest);
  }

  function meet(from: { readonly address: string; readonly port: number }): Asker | undefined {
    const [target] = rotation.take();
    if (target === undefined) return undefined;
    const upstream = socketFor(target.host);
    const key = `${from.address} ${from.port}`;
    upstream.on("message", (message) => socket.send(message, from.port, from.address));
    upstream.on("error", (error) => fail(key, { target, error }));
    upstream.connect(target.port, target.host);
    return { target, upstream, cancelIdle: () => {} };
  }

  /** Nobody listens at the target: the asker's next datagram tries another one. */
  function fail(key: string, { target, error }: { target: Target; error: Error }): void {
    log.debug(`${name}: ${target.host}:${target.port} does not take datagrams`, { error: error.message });
    forget(key);
  }

  function onDatagram(message: Buffer, from: { readonly address: string; readonly port: number }): void {
    if (from.port === 0) return;
    const key = `${from.address} ${from.port}`;
    const asker = askers.get(key) ?? meet(from);
    if (asker === undefined) return;
    keep(key, asker);
    pass(message, asker.upstream, (error) => fail(key, { target: asker.target, error }));
  }

  const listening = once(socket, "listening");
  socket.bind({ address: forward.host, port: forward.port, exclusive: true });
  await listening;
  socket.on("message", onDatagram);
  socket.on("error", (error) => log.warn(`${name}: a datagram failed`, { error: error.message }));

  let isRetired = false;

  function retire(): void {
    if (isRetired) return;
    isRetired = true;
    for (const key of askers.keys()) forget(key);
    socket.close();
  }

  const closed = once(socket, "close").then(() => {});
  return {
    setTargets(targets) {
      rotation.set(targets);
      for (const [key, { target }] of askers) {
        if (!targets.some(({ host, port }) => host === target.host && port === target.port)) forget(key);
      }
    },
    retire,
    closed,
    async stop() {
      retire();
      await closed;
    },
  };
}

/** Addresses are never names here, so that they need no looking up and a socket is connected at once. */
function socketFor(host: string): Socket {
  const family = isIPv6(host) ? 6 : 4;
  return createSocket({
    type: family === 6 ? "udp6" : "udp4",
    lookup: (address, _options, callback) => callback(null, address, family),
  });
}

/** A refusal of the datagram before shows up here, where it would otherwise be taken for this one's success. */
function pass(message: Buffer, upstream: Socket, onError: (error: Error) => void): void {
  try {
    upstream.send(message, (error) => {
      if (error !== null) onError(error);
    });
  } catch (error) {
    // Connecting failed (no route); its error event is on the way and ends this asker.
    if (!hasCode(error, "ERR_SOCKET_DGRAM_NOT_CONNECTED")) throw error;
  }
}
