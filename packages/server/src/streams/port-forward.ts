import type { Duplex } from "node:stream";
import { pipeline } from "node:stream/promises";
import { describeError, type Clock, type Logger } from "@ordinal/runtime";
import { startHeartbeat } from "./heartbeat.ts";
import { createPortPairs, type PortPair } from "./port-pairs.ts";
import type { PodStreams, StreamTarget } from "./pod-streams.ts";
import { startSpdyConnection } from "./spdy/connection.ts";

export interface PortForward {
  readonly transport: Duplex;
  readonly target: StreamTarget;
  readonly streams: Pick<PodStreams, "connect">;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Forwards ports over SPDY until the client leaves: for every connection it makes, the client opens a stream for data and
 * one for an error text. Source: kubelet `portforward/httpstream.go`.
 */
export async function forwardPorts(forward: PortForward): Promise<void> {
  const { transport, clock, log } = forward;
  const pairs = createPortPairs({ clock, onPair: (pair) => void forwardPort(forward, pair) });
  const connection = startSpdyConnection({ transport, clock, log, onStream: (stream) => pairs.add(stream) });
  const stopHeartbeat = startHeartbeat(clock, () => connection.ping());
  await connection.closed;
  stopHeartbeat();
  pairs.stop();
}

async function forwardPort({ target, streams }: PortForward, { port, data, error }: PortPair): Promise<void> {
  // The client writes nothing here; if it does, it must not hold up its other streams.
  error.resume();
  let connected: Duplex | undefined;
  try {
    connected = await streams.connect(target, port);
  } catch (cause) {
    error.end(`error forwarding port ${port} to pod ${target.pod}: ${describeError(cause)}`);
    data.resume();
    data.end();
    return;
  }
  connected.on("error", ignore);
  if (data.destroyed) {
    connected.destroy();
    return;
  }
  // Each direction ends on its own: a client that has sent its last byte still waits for the answer. An end that breaks
  // takes both with it, and the client sees that by the end of its streams.
  await Promise.allSettled([pipeline(data, connected), fromPod(connected, { data, error })]);
  connected.destroy();
}

/** With the last byte of the pod, kubectl waits for the end of the error stream before it lets the connection go. */
async function fromPod(connected: Duplex, { data, error }: Pick<PortPair, "data" | "error">): Promise<void> {
  try {
    await pipeline(connected, data);
  } finally {
    error.end();
  }
}

/** A broken connection is noticed by its end. */
function ignore(): void {}
