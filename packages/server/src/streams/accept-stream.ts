import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { describeError } from "@ordinal/runtime";
import { acceptCommand } from "./accept-command.ts";
import { negotiate, type Protocol } from "./negotiate.ts";
import { refuseUpgrade } from "./plain-answer.ts";
import { forwardPorts } from "./port-forward.ts";
import { acceptSpdy } from "./spdy/upgrade.ts";
import type { StreamAsk } from "./stream-ask.ts";
import { acceptWebSocket } from "./websocket/message-socket.ts";

/** After this much silence the kernel asks whether the other side is still there. */
const keepAliveMs = 30_000;

/**
 * Serves exec, attach and port-forward from the upgrade to the end. Takes over the socket whatever happens: what fails
 * before the upgrade is an ordinary answer with a Status, what fails after it is told as the protocol has it. Resolves
 * when the stream is over, which destroying the socket brings about; never rejects.
 */
export async function acceptStream(ask: StreamAsk): Promise<void> {
  const { socket, request, target, log } = ask;
  socket.on("error", (error) => log.debug("a stream's connection broke", { error: describeError(error) }));
  if (socket instanceof Socket) socket.setTimeout(0).setKeepAlive(true, keepAliveMs);
  const { method = "", headers } = request;
  const protocol = negotiate({ verb: target.verb, method, headers });
  if (!protocol.ok) return refuseUpgrade(socket, protocol.error);
  try {
    if (target.verb === "portforward") await acceptPortForward(ask, protocol.value);
    else await acceptCommand(ask, protocol.value);
  } catch (error) {
    log.error("a stream failed", { error: describeError(error), pod: `${target.namespace}/${target.pod}` });
    socket.destroy();
  }
}

async function acceptPortForward(ask: StreamAsk, protocol: Protocol): Promise<void> {
  const { namespace, pod } = ask.target;
  const transport = openTransport(ask, protocol);
  if (transport !== undefined) await forwardPorts({ ...ask, transport, target: { namespace, pod } });
}

function openTransport(ask: StreamAsk, { over, subprotocol }: Protocol): Duplex | undefined {
  return over === "spdy"
    ? acceptSpdy({ ...ask, subprotocol })
    : acceptWebSocket({ ...ask, subprotocol })?.asByteStream();
}
