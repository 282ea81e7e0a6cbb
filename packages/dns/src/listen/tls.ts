import { secureOptions } from "./certificate.ts";
import { converse } from "./conversation.ts";
import { listenSecurely, type SecureListener, type SecureListenerOptions } from "./secure.ts";

/**
 * Answers queries over TLS (RFC 7858), as `listenTcp` does over TCP. Rejects, naming address or certificate and the remedy,
 * where it cannot.
 */
export async function listenTls(options: SecureListenerOptions): Promise<SecureListener> {
  const { respond, log } = options;
  const { createServer } = await import("node:tls");
  return await listenSecurely(options, {
    what: "DNS over TLS",
    make: () => createServer({ ...secureOptions(options), ALPNProtocols: ["dot"], allowHalfOpen: true }),
    serve(server, acceptor) {
      server.on("secureConnection", (socket) => {
        const connection = acceptor.connectionOf(socket);
        if (connection === undefined) socket.destroy();
        else converse(socket, { connection, transport: "tls", respond, log });
      });
    },
  });
}
