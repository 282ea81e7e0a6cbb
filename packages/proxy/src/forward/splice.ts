import type { Socket } from "node:net";
import type { Clock } from "@ordinal/runtime";

/** A silent connection is given up after so long. Source: kube-proxy's conntrack default for established connections. */
const idleMs = 24 * 3_600_000;
/** The same once one side has said that it is done. Source: kube-proxy's conntrack default for CLOSE_WAIT. */
const halfClosedIdleMs = 3_600_000;

/**
 * Lets two sockets talk through each other: each waits for the other to take what it sent, an end is passed on as an end
 * (the other direction goes on), a failure as a reset.
 */
export function splice(client: Socket, upstream: Socket, clock: Clock): void {
  const cancelIdle = watchIdle([client, upstream], clock);
  link(client, upstream);
  link(upstream, client);
  client.pipe(upstream);
  upstream.pipe(client);
  for (const socket of [client, upstream]) socket.once("close", cancelIdle);
}

function link(from: Socket, to: Socket): void {
  from.on("error", () => to.resetAndDestroy());
  from.on("close", () => {
    // Both directions over in good order: the other side closes by itself once it has sent what it still holds.
    if (!from.readableEnded || !from.writableFinished) to.destroy();
  });
}

/** Looks now and then instead of starting a timer for every piece of data. */
function watchIdle(sockets: readonly Socket[], clock: Clock): () => void {
  let seen = octetsOf(sockets);
  let silentMs = 0;
  let cancel = clock.after(halfClosedIdleMs, look);

  function look(): void {
    const now = octetsOf(sockets);
    silentMs = now === seen ? silentMs + halfClosedIdleMs : 0;
    seen = now;
    const limit = sockets.some((socket) => socket.readableEnded) ? halfClosedIdleMs : idleMs;
    if (silentMs >= limit) for (const socket of sockets) socket.destroy();
    else cancel = clock.after(halfClosedIdleMs, look);
  }

  return () => cancel();
}

function octetsOf(sockets: readonly Socket[]): number {
  return sockets.reduce((sum, socket) => sum + socket.bytesRead, 0);
}
