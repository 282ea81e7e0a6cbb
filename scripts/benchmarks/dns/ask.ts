import { createSocket } from "node:dgram";
import { createServer } from "node:net";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { systemClock } from "@ordinal/runtime";
import { encodeQuery, type Query } from "./queries.ts";

const host = "127.0.0.1";

/** What an answer says about itself. */
export interface Heard {
  readonly rcode: number;
  readonly answers: number;
  readonly authorities: number;
  readonly additionals: number;
}

/** Asks once over UDP; undefined where nothing comes within the time. */
export async function ask(
  port: number,
  query: Query,
  { edns = false, withinMs = 500 } = {},
): Promise<Heard | undefined> {
  const socket = createSocket("udp4");
  // A port nobody listens at may be told as an error, which is no answer either.
  socket.on("error", () => {});
  try {
    const heard = new Promise<Buffer>((resolve) => socket.once("message", resolve));
    socket.connect(port, host);
    await once(socket, "connect");
    socket.send(encodeQuery(query, { edns }));
    const waiting = new AbortController();
    const answer = await Promise.race([heard, systemClock.sleep(withinMs, waiting.signal).then(() => undefined)]);
    waiting.abort();
    return answer === undefined ? undefined : read(answer);
  } finally {
    socket.close();
  }
}

/** A port of the loopback address that is free for UDP and TCP at this moment. */
export async function drawPort(): Promise<number> {
  const server = createServer();
  server.listen(0, host);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

function read(answer: Buffer): Heard {
  return {
    rcode: answer.readUInt8(3) & 0x0f,
    answers: answer.readUInt16BE(6),
    authorities: answer.readUInt16BE(8),
    additionals: answer.readUInt16BE(10),
  };
}
