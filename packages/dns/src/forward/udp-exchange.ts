import { createSocket } from "node:dgram";
import { isIPv6 } from "node:net";
import type { Clock } from "@ordinal/runtime";
import type { Exchange, Exchanged } from "./exchange.ts";
import type { UpstreamAddress } from "./upstream-address.ts";
import { judge } from "./upstream-query.ts";

/** So many answers to something else on one socket are no accident: somebody guesses. */
const maxForeign = 16;

/**
 * Asks over UDP, each query from a socket of its own, so from a random port (RFC 5452 §9.2). The socket is connected: the
 * kernel drops what comes from elsewhere, and says at once when nobody listens there.
 */
export function createUdpExchange({ host, port }: UpstreamAddress, clock: Clock): Exchange {
  const underWay = new Set<() => void>();
  let isStopped = false;
  const family = isIPv6(host) ? 6 : 4;

  async function ask(query: Buffer, timeoutMs: number): Promise<Exchanged> {
    if (isStopped) return { is: "failed", reason: "stopped" };
    const { promise, resolve } = Promise.withResolvers<Exchanged>();
    const socket = createSocket({
      type: family === 6 ? "udp6" : "udp4",
      lookup: (address, _options, callback) => callback(null, address, family),
    });
    let foreign = 0;
    const cancel = clock.after(timeoutMs, () => end({ is: "failed", reason: `no answer for ${timeoutMs} ms` }));
    const abandon = (): void => end({ is: "failed", reason: "stopped" });
    underWay.add(abandon);

    function end(result: Exchanged): void {
      if (!underWay.delete(abandon)) return;
      cancel();
      socket.close();
      resolve(result);
    }

    socket.on("message", (message) => {
      const verdict = judge(message, query);
      if (verdict === "answer") return end({ is: "answered", message });
      foreign += verdict === "foreign" ? 1 : 0;
      if (verdict === "doubtful" || foreign === maxForeign) end({ is: "doubtful" });
    });
    socket.on("error", (error) => end({ is: "failed", reason: error.message }));
    socket.once("connect", () => {
      if (underWay.has(abandon)) socket.send(query);
    });
    try {
      socket.connect(port, host);
    } catch (error) {
      end({ is: "failed", reason: error instanceof Error ? error.message : String(error) });
    }
    return await promise;
  }

  return {
    ask,
    stop() {
      isStopped = true;
      for (const abandon of underWay) abandon();
    },
  };
}
