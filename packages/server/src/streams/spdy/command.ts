import type { Duplex } from "node:stream";
import { finished } from "node:stream/promises";
import type { Clock, Logger } from "@ordinal/runtime";
import { encodeStatus } from "../command-status.ts";
import type { CommandWire } from "../command-wire.ts";
import type { AttachRequest } from "../pod-streams.ts";
import { createResizeRelay } from "../resize-relay.ts";
import { startHeartbeat } from "../heartbeat.ts";
import { startSpdyConnection } from "./connection.ts";
import type { SpdyStream } from "./stream.ts";

export interface SpdyCommand {
  readonly transport: Duplex;
  readonly subprotocol: string;
  readonly asked: Pick<AttachRequest, "stdin" | "stdout" | "stderr" | "tty">;
  readonly clock: Clock;
  readonly log: Logger;
}

type StreamName = "error" | "stdin" | "stdout" | "stderr" | "resize";

/** How long the client may take to open its streams. Source: kubelet's DefaultStreamCreationTimeout. */
const streamCreationMs = 30_000;

/**
 * A remote command over SPDY: the client opens one stream for each direction, one for the status, and one for sizes of
 * its terminal. Undefined when it goes away, or does not open them in time. Source: kubelet `remotecommand/httpstream.go`.
 */
export async function openSpdyCommand(command: SpdyCommand): Promise<CommandWire | undefined> {
  const { transport, subprotocol, clock, log } = command;
  const expected = new Set(expectedStreams(command));
  const streams = new Map<string, SpdyStream>();
  const complete = Promise.withResolvers<void>();

  function take(stream: SpdyStream): void {
    const name = stream.headers["streamtype"] ?? "";
    if (!expected.delete(name as StreamName)) {
      stream.destroy();
      return;
    }
    streams.set(name, stream);
    if (expected.size === 0) complete.resolve();
  }

  const connection = startSpdyConnection({ transport, clock, log, onStream: take });
  const stopHeartbeat = startHeartbeat(clock, () => connection.ping());
  const cancel = clock.after(streamCreationMs, () => connection.end());
  void connection.closed.then(stopHeartbeat);
  await Promise.race([complete.promise, connection.closed]);
  cancel();
  if (expected.size > 0) return undefined;

  const { stdin, stdout, stderr, error, resize } = Object.fromEntries(streams);
  const resizes = createResizeRelay();
  resize?.on("data", (chunk: Buffer) => resizes.push(chunk));
  // Nothing is expected to come in here; if it does, it must not hold up the others.
  for (const stream of [stdout, stderr, error]) stream?.resume();

  async function finish(status: string): Promise<void> {
    if (status !== "") error?.write(status);
    const all = [...streams.values()];
    for (const stream of all) stream.end();
    await Promise.allSettled(all.map((stream) => finished(stream, { readable: false })));
    connection.end();
  }

  return {
    ...(stdin === undefined ? {} : { stdin }),
    ...(stdout === undefined ? {} : { stdout }),
    ...(stderr === undefined ? {} : { stderr }),
    onResize: (listener) => resizes.listen(listener),
    finish: (status) => void finish(encodeStatus(status, subprotocol)),
    closed: connection.closed,
  };
}

function expectedStreams({ asked, subprotocol }: SpdyCommand): readonly StreamName[] {
  const canResize = /^v[34]\./.test(subprotocol);
  return [
    "error",
    ...(asked.stdin ? (["stdin"] as const) : []),
    ...(asked.stdout ? (["stdout"] as const) : []),
    ...(asked.stderr ? (["stderr"] as const) : []),
    ...(asked.tty && canResize ? (["resize"] as const) : []),
  ];
}
