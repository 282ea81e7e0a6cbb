import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { nameOf, type Forward, type Target } from "../plan/plan.ts";
import { connectFirst } from "./connect-first.ts";
import { Rotation, type Listener, type ListenerParts } from "./listener.ts";
import { splice } from "./splice.ts";

/** Forwards TCP connections, each to the next target in turn that takes it. Rejects with the system's error where it cannot bind. */
export async function listenTcp(forward: Forward, { clock, log }: ListenerParts): Promise<Listener> {
  const rotation = new Rotation();
  rotation.set(forward.targets);
  const sockets = new Set<Socket>();
  const name = nameOf(forward);

  function track(socket: Socket): void {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  }

  async function accept(client: Socket): Promise<void> {
    track(client);
    // From here until it is spliced, a client that goes away must not end the process.
    client.on("error", (error) => log.debug(`${name}: a client failed`, { error: error.message }));
    const upstream = await connectFirst(rotation.take(), { clock, onFailure });
    if (upstream === undefined || client.destroyed) {
      upstream?.destroy();
      client.resetAndDestroy();
      return;
    }
    track(upstream);
    splice(client, upstream, clock);
  }

  function onFailure({ host, port }: Target, error: Error): void {
    log.debug(`${name}: ${host}:${port} does not take connections`, { error: error.message });
  }

  const server = createServer(
    { allowHalfOpen: true, pauseOnConnect: true, noDelay: true, keepAlive: true },
    (client) => {
      void accept(client);
    },
  );
  server.listen({ host: forward.host, port: forward.port, exclusive: true });
  await once(server, "listening");
  server.on("error", (error) => log.warn(`${name}: a connection could not be accepted`, { error: error.message }));
  const closed = once(server, "close").then(() => {});

  return {
    setTargets: (targets) => rotation.set(targets),
    retire: () => void server.close(),
    closed,
    async stop() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
