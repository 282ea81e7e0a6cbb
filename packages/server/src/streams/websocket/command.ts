import { Readable, Writable } from "node:stream";
import { finished } from "node:stream/promises";
import { encodeStatus } from "../command-status.ts";
import type { CommandWire } from "../command-wire.ts";
import type { AttachRequest } from "../pod-streams.ts";
import { createResizeRelay } from "../resize-relay.ts";
import { canCloseChannels, channels, codecOf } from "./channels.ts";
import type { MessageSocket } from "./message-socket.ts";

export interface WebSocketCommand {
  readonly socket: MessageSocket;
  readonly subprotocol: string;
  readonly asked: Omit<AttachRequest, "namespace" | "pod">;
}

const nothing = Buffer.alloc(0);

/** A remote command over channels of a WebSocket. Source: kubelet `remotecommand/websocket.go`. */
export function openWebSocketCommand({ socket, subprotocol, asked }: WebSocketCommand): CommandWire {
  const codec = codecOf(subprotocol);
  const resizes = createResizeRelay();
  const stdin = asked.stdin ? new Readable({ read: () => socket.resume() }) : undefined;
  let isInputOver = false;

  function send(channel: number, bytes: Buffer, done: (error?: Error | null) => void = () => {}): void {
    socket.send(codec.encode({ channel, bytes }), done);
  }

  function receive(message: Buffer): void {
    const read = codec.decode(message);
    if (read?.channel === channels.stdin) takeInput(read.bytes);
    else if (read?.channel === channels.resize) resizes.push(read.bytes);
    else if (read?.channel === channels.close && canCloseChannels(subprotocol)) endInput(read.bytes);
  }

  function takeInput(bytes: Buffer): void {
    if (isInputOver || stdin === undefined || stdin.destroyed) return;
    if (bytes.length > 0 && !stdin.push(bytes)) socket.pause();
  }

  function endInput(bytes: Buffer): void {
    if (isInputOver || bytes[0] !== channels.stdin) return;
    isInputOver = true;
    stdin?.push(null);
  }

  function output(channel: number): Writable {
    const stream = new Writable({ write: (chunk: Buffer, _encoding, done) => send(channel, chunk, done) });
    // A broken connection is noticed by its closing.
    return stream.on("error", () => {});
  }

  /** What was written may still wait for the client to read; only behind it comes the status. */
  async function finish(status: string): Promise<void> {
    const outputs = [stdout, stderr].filter((stream) => stream !== undefined);
    for (const stream of outputs) stream.end();
    await Promise.allSettled(outputs.map((stream) => finished(stream)));
    if (status !== "") send(channels.status, Buffer.from(status));
    // Whatever was held up is of no more use, and the client's goodbye must get through.
    socket.resume();
    socket.close();
  }

  socket.onMessage(receive);
  const stdout = asked.stdout ? output(channels.stdout) : undefined;
  const stderr = asked.stderr ? output(channels.stderr) : undefined;
  // An empty message says that the command has begun, as upstream says it.
  send(asked.stdout ? channels.stdout : asked.stderr ? channels.stderr : channels.status, nothing);
  const closed = socket.closed.then(() => {
    for (const stream of [stdin, stdout, stderr]) stream?.destroy();
  });

  return {
    ...(stdin === undefined ? {} : { stdin }),
    ...(stdout === undefined ? {} : { stdout }),
    ...(stderr === undefined ? {} : { stderr }),
    onResize: (listener) => resizes.listen(listener),
    finish: (status) => void finish(encodeStatus(status, subprotocol)),
    closed,
  };
}
