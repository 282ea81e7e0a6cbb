import { createSocket } from "node:dgram";
import { isIPv6 } from "node:net";
import { describeError, type Clock } from "@ordinal/runtime";
import type { UpstreamAddress } from "../forward/upstream-address.ts";
import { readNotifyAnswer } from "./notify-message.ts";

/** What came of one NOTIFY. */
export type Notified =
  | { readonly is: "answered"; readonly rcode: number }
  | { readonly is: "silent"; readonly reason: string };

export interface SendNotifyOptions {
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** Ends the wait at once, as silent. */
  readonly signal: AbortSignal;
}

/**
 * Sends one NOTIFY over UDP and waits for its answer. Never rejects. The socket is connected and has a port of its own: the
 * kernel drops what comes from elsewhere, and says at once when nobody listens there.
 */
export async function sendNotify(
  notify: Buffer,
  { host, port }: UpstreamAddress,
  { clock, timeoutMs, signal }: SendNotifyOptions,
): Promise<Notified> {
  const family = isIPv6(host) ? 6 : 4;
  const socket = createSocket({
    type: family === 6 ? "udp6" : "udp4",
    lookup: (address, _options, callback) => callback(null, address, family),
  });
  const { promise, resolve } = Promise.withResolvers<Notified>();
  const fail = (reason: string): void => resolve({ is: "silent", reason });
  const stop = (): void => fail("stopped");
  const cancel = clock.after(timeoutMs, () => fail(`no answer for ${timeoutMs} ms`));
  signal.addEventListener("abort", stop, { once: true });
  let isOpen = true;
  socket.on("error", (error) => fail(error.message));
  socket.on("message", (message) => {
    const rcode = readNotifyAnswer(message, notify);
    if (rcode !== undefined) resolve({ is: "answered", rcode });
  });
  socket.once("connect", () => {
    if (isOpen) socket.send(notify);
  });
  try {
    if (signal.aborted) stop();
    else socket.connect(port, host);
  } catch (error) {
    fail(describeError(error));
  }
  const notified = await promise;
  isOpen = false;
  cancel();
  signal.removeEventListener("abort", stop);
  socket.close();
  return notified;
}
