import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { describeError, type Clock, type Logger } from "@ordinal/runtime";
import { readLogRequest } from "./log-request.ts";
import type { PodStreams, StreamTarget } from "./pod-streams.ts";

/** A request for a log, once it is known that the pod exists. */
export interface LogAsk {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly target: Omit<StreamTarget, "container">;
  readonly query: URLSearchParams;
  readonly streams: Pick<PodStreams, "logs">;
  readonly clock: Clock;
  readonly log: Logger;
}

/** A followed log may be silent for long; after this time the answer begins without it, because clients wait for that. */
const silenceMs = 1_000;
/** After this much silence the kernel asks whether the client is still there. */
const keepAliveMs = 30_000;

/**
 * Sends a container's log as text, no faster than the client takes it, until it ends or the client leaves. Rejects with an
 * ApiError while nothing has been answered; what fails later cuts the answer off.
 */
export async function sendLog(ask: LogAsk): Promise<void> {
  const { request, response, target, query, streams, clock, log } = ask;
  const asked = readLogRequest({ target, query, nowMs: clock.now() });
  const leaving = new AbortController();
  response.once("close", () => leaving.abort());
  request.socket.setKeepAlive(true, keepAliveMs);

  function begin(): void {
    if (response.headersSent) return;
    response.writeHead(200, { "content-type": "text/plain" });
    response.flushHeaders();
  }

  const cancel = clock.after(silenceMs, begin);
  try {
    for await (const chunk of streams.logs(asked, leaving.signal)) {
      begin();
      if (!response.write(chunk)) await once(response, "drain", { signal: leaving.signal });
    }
    begin();
    response.end();
  } catch (error) {
    if (leaving.signal.aborted) return;
    if (!response.headersSent) throw error;
    log.warn("a log broke off", { pod: `${target.namespace}/${target.pod}`, error: describeError(error) });
    response.destroy();
  } finally {
    cancel();
  }
}
