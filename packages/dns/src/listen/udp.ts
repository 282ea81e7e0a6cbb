import { createSocket, type Socket } from "node:dgram";
import { isIPv6 } from "node:net";
import { once } from "node:events";
import type { Logger, Stoppable } from "@ordinal/runtime";
import type { Respond } from "../answers/respond.ts";

export interface UdpListener extends Stoppable {
  readonly port: number;
}

/** Answers datagrams on one address. Rejects with the system's error where it cannot be bound. */
export async function listenUdp(
  { host, port }: { readonly host: string; readonly port: number },
  { respond, log }: { readonly respond: Respond; readonly log: Logger },
): Promise<UdpListener> {
  const family = isIPv6(host) ? 6 : 4;
  const socket = createSocket({
    type: family === 6 ? "udp6" : "udp4",
    recvBufferSize: 1 << 20,
    // Answers go to the address a datagram came from, never to a name: looking it up would cost a turn of the event loop.
    lookup: (address, _options, callback) => callback(null, address, family),
  });
  const listening = once(socket, "listening");
  socket.bind(port, host);
  await listening;
  socket.on("message", (message, { address, port: from }) => {
    // Nobody can be reached at port 0; such datagrams are forged.
    if (from === 0) return;
    const answer = respond(message, "udp", address);
    if (answer instanceof Promise) void answer.then(([first]) => first !== undefined && socket.send(first, from, address));
    else if (answer !== undefined) socket.send(answer, from, address);
  });
  socket.on("error", (error) => log.warn("a datagram could not be answered", { error: error.message }));
  return { port: socket.address().port, stop: () => close(socket) };
}

async function close(socket: Socket): Promise<void> {
  await new Promise<void>((resolve) => socket.close(resolve));
}
