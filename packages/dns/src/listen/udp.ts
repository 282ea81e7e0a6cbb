import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { isIPv6 } from "node:net";
import { once } from "node:events";
import type { Logger, Stoppable } from "@ordinal/runtime";
import type { Respond } from "../answers/respond.ts";
import { createBurst } from "./burst.ts";
import { plainAddress } from "./connections.ts";

export interface UdpListener extends Stoppable {
  readonly port: number;
}

export interface UdpListenerOptions {
  readonly respond: Respond;
  readonly log: Logger;
  /** Whether other threads of this process bind the same port. Defaults to false. */
  readonly reusePort?: boolean;
}

/** Answers that come later, at most; beyond, an asker is left to ask again. */
const pendingLimit = 4_096;

/** Answers datagrams on one address. Rejects with the system's error where it cannot be bound. */
export async function listenUdp(
  { host, port }: { readonly host: string; readonly port: number },
  { respond, log, reusePort = false }: UdpListenerOptions,
): Promise<UdpListener> {
  const family = isIPv6(host) ? 6 : 4;
  const socket = createSocket({
    type: family === 6 ? "udp6" : "udp4",
    recvBufferSize: 1 << 20,
    reusePort,
    // Answers go to the address a datagram came from, never to a name: looking it up would cost a turn of the event loop.
    lookup: (address, _options, callback) => callback(null, address, family),
  });
  let isOpen = true;
  let pending = 0;
  let failures = 0;

  /** Apart from the rest, so that the hot path has nothing to close over. */
  function sendLater(answer: Promise<readonly Buffer[]>, { address, port: from }: RemoteInfo): void {
    if (pending >= pendingLimit) return;
    pending += 1;
    void answer.then(([message]) => {
      pending -= 1;
      if (message !== undefined && isOpen) socket.send(message, from, address);
    });
  }

  const listening = once(socket, "listening");
  socket.bind(port, host);
  await listening;
  const burst = createBurst({
    answer(message, peer) {
      // Nobody can be reached at port 0; such datagrams are forged.
      if (peer.port === 0) return undefined;
      const answer = respond(message, "udp", family === 4 ? peer.address : plainAddress(peer.address));
      if (answer === undefined || Buffer.isBuffer(answer)) return answer;
      sendLater(answer, peer);
      return undefined;
    },
    send: (answer, { port: from, address }) => socket.send(answer, from, address),
  });
  socket.on("message", (message, peer) => burst.add(message, peer));
  socket.on("error", (error) => {
    failures += 1;
    // Forged senders that cannot be reached must not fill the log: powers of two are enough to see it happen.
    if ((failures & (failures - 1)) === 0) {
      log.warn("a datagram could not be answered", { error: error.message, times: failures });
    }
  });
  return {
    port: socket.address().port,
    async stop() {
      burst.answer();
      isOpen = false;
      await close(socket);
    },
  };
}

async function close(socket: Socket): Promise<void> {
  await new Promise<void>((resolve) => socket.close(resolve));
}
