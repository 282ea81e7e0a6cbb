import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { frame, FrameReader } from "./frames.ts";

/** Sends one datagram to 127.0.0.1 and resolves with what comes back. */
export async function askUdp(port: number, message: Buffer): Promise<Buffer> {
  const socket = createSocket("udp4");
  try {
    const answered = once(socket, "message");
    socket.send(message, port, "127.0.0.1");
    const [answer] = (await answered) as [Buffer];
    return answer;
  } finally {
    socket.close();
  }
}

/** A TCP connection that collects the messages it gets. */
export interface TcpPeer {
  readonly socket: Socket;
  readonly closed: Promise<void>;
  /** Resolves with all messages so far once there are this many. */
  received(count: number): Promise<readonly Buffer[]>;
  send(...messages: readonly Buffer[]): void;
}

export async function connectTcp(port: number): Promise<TcpPeer> {
  const socket = connect({ host: "127.0.0.1", port });
  const closed = new Promise<void>((resolve) => {
    socket.once("close", () => resolve());
  });
  // A peer that is thrown out may see a reset.
  socket.on("error", () => {});
  const frames = new FrameReader(65_535);
  const messages: Buffer[] = [];
  socket.on("data", (piece) => {
    const taken = frames.take(piece);
    if (taken.is === "messages") messages.push(...taken.messages.map((message) => Buffer.from(message)));
  });
  await once(socket, "connect");
  return {
    socket,
    closed,
    async received(count) {
      while (messages.length < count) await once(socket, "data");
      return messages;
    },
    send: (...all) => void socket.write(Buffer.concat(all.map(frame))),
  };
}
