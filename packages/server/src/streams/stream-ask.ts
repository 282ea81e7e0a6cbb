import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { Clock, Logger } from "@ordinal/runtime";
import type { StreamVerb } from "./negotiate.ts";
import type { PodStreams } from "./pod-streams.ts";

/** A request to stream, as Node's `upgrade` event brings it, once it is known that the pod exists. */
export interface StreamAsk {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
  readonly target: { readonly verb: StreamVerb; readonly namespace: string; readonly pod: string };
  readonly query: URLSearchParams;
  readonly streams: PodStreams;
  readonly clock: Clock;
  readonly log: Logger;
}
