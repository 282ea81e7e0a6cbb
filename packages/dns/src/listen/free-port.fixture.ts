import { randomInt } from "node:crypto";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";
import { hasCode } from "@ordinal/runtime";

/** Linux gives out ports from 32768 on to who wants any, and to every connection that begins. */
const drawn = { from: 20_000, to: 32_000 };

/**
 * A port of 127.0.0.1 that is free for UDP and TCP, for programs that take no port 0: drawn from those that the system gives
 * to nobody by itself, since it is some time until the program has it.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(drawn.from, drawn.to);
    if ((await isFreeForUdp(port)) && (await isFreeForTcp(port))) return port;
  }
}

async function isFreeForUdp(port: number): Promise<boolean> {
  const socket = createSocket("udp4");
  return await tried(async () => {
    socket.bind(port, "127.0.0.1");
    await once(socket, "listening");
    socket.close();
    await once(socket, "close");
  });
}

async function isFreeForTcp(port: number): Promise<boolean> {
  const server = createServer();
  return await tried(async () => {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    server.close();
    await once(server, "close");
  });
}

async function tried(bind: () => Promise<void>): Promise<boolean> {
  try {
    await bind();
    return true;
  } catch (error) {
    if (hasCode(error, "EADDRINUSE")) return false;
    throw error;
  }
}
