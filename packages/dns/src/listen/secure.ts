import type { Server } from "node:tls";
import { createStopStack, type Stoppable } from "@ordinal/runtime";
import { checkCertificate, secureOptions, type Certificate } from "./certificate.ts";
import { createConnections, startAcceptor, type Acceptor } from "./connections.ts";
import { inWords, type ListenAddress } from "./listen.ts";
import type { StreamListenerOptions } from "./tcp.ts";

export interface SecureListenerOptions extends StreamListenerOptions, Certificate {
  /** Where to answer; port 0 draws one that is free. */
  readonly listen: readonly ListenAddress[];
}

export interface SecureListener extends Stoppable {
  /** Where it answers, in the order asked for, with the ports that were drawn. */
  readonly addresses: readonly ListenAddress[];
  /**
   * Takes over another certificate for connections made from now on; those that are open stay. Throws, and goes on with the
   * old one, where it cannot be used.
   */
  reload(certificate: Certificate): Promise<void>;
}

/** Binds a server of `make` to each address. `serve` attaches what the server does, before the first connection. */
export async function listenSecurely(
  options: SecureListenerOptions,
  parts: {
    readonly what: string;
    readonly make: () => Server;
    readonly serve: (server: Server, acceptor: Acceptor) => void;
  },
): Promise<SecureListener> {
  const { listen, log, reusePort = false, connections = createConnections(options) } = options;
  await checkCertificate(options);
  const stack = createStopStack();
  return await stack.guard(async () => {
    const servers: Server[] = [];
    const addresses: ListenAddress[] = [];
    for (const at of listen) {
      const server = parts.make();
      const binding = async (): Promise<Acceptor> => await startAcceptor(server, { at, reusePort, connections, log });
      const acceptor = stack.add(await inWords(parts.what, at, binding));
      server.on("tlsClientError", (error) => log.debug("a TLS handshake failed", { error: error.message }));
      parts.serve(server, acceptor);
      servers.push(server);
      addresses.push({ host: at.host, port: acceptor.port });
    }
    return {
      addresses,
      async reload(certificate) {
        await checkCertificate(certificate);
        for (const server of servers) server.setSecureContext(secureOptions(certificate));
      },
      stop: () => stack.stop(),
    };
  });
}
