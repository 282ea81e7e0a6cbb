import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import type { Stoppable } from "@ordinal/runtime";

export interface Backend extends Stoppable {
  readonly port: number;
  readonly sockets: ReadonlySet<Socket>;
}

/** A TCP server on a free port of the host, by default one that says its name to whoever connects and ends. */
export async function startBackend(
  host: string,
  serve: (socket: Socket) => void = (socket) => socket.end(`${host}\n`),
): Promise<Backend> {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    serve(socket);
  });
  server.listen(0, host);
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    sockets,
    async stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

/** A port nobody listens on at this moment. */
export async function freePort(host: string): Promise<number> {
  const server = createServer().listen(0, host);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** Connects, reads to the end; `ECONNREFUSED`, `ECONNRESET` … where that fails. */
export async function readAll(host: string, port: number): Promise<string> {
  const socket = connect({ host, port });
  const chunks: Buffer[] = [];
  socket.on("data", (chunk) => chunks.push(chunk));
  try {
    await once(socket, "end");
    return Buffer.concat(chunks).toString();
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : String(error);
  } finally {
    socket.destroy();
  }
}

/** Tries again, letting other work run, until the check no longer fails; after 5 s its failure is thrown. */
export async function eventually(check: () => unknown): Promise<void> {
  const deadline = performance.now() + 5_000;
  for (;;) {
    try {
      await check();
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}
