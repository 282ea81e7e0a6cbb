import { connect } from "node:net";
import type { Socket } from "node:net";

/** Rejects with the system's error, such as ECONNREFUSED. Each direction ends on its own. */
export async function connectTcp(host: string, port: number): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const socket = connect({ host, port, allowHalfOpen: true });
  socket.once("error", reject);
  socket.once("connect", () => {
    socket.off("error", reject);
    resolve(socket);
  });
  return await promise;
}
