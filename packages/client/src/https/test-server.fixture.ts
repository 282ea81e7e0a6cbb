import { mkdtemp, rm } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { systemClock, type Stoppable } from "@ordinal/runtime";
import { ensureCredentials, type Credentials } from "@ordinal/server";
import type { ClusterAccess } from "./cluster-access.ts";

/** One request as it arrived. */
export interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: unknown;
  /** Whether TLS showed a certificate that the server's authority signed. */
  readonly hasCertificate: boolean;
}

export interface TestServer extends Stoppable {
  /** With a client certificate. */
  readonly access: ClusterAccess;
  readonly received: readonly Received[];
  /** How many TLS connections were made. */
  connections(): number;
}

/** A real HTTPS server on a free port of 127.0.0.1, with a certificate authority of its own. */
export async function startTestServer(
  answer: (request: Received, response: ServerResponse) => void,
): Promise<TestServer> {
  const credentials = await makeCredentials();
  const { ca, serverCertificate: cert, serverKey: key } = credentials;
  const received: Received[] = [];
  let connections = 0;
  const server = createServer({ ca, cert, key, requestCert: true, rejectUnauthorized: false });
  server.on("secureConnection", () => (connections += 1));
  server.on("request", (request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const text = Buffer.concat(chunks).toString("utf8");
      const { method = "", url = "", headers } = request;
      const hasCertificate = (request.socket as TLSSocket).authorized;
      const one = { method, url, headers, body: text === "" ? undefined : JSON.parse(text), hasCertificate };
      received.push(one);
      answer(one, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    access: {
      server: `https://127.0.0.1:${port}`,
      ca,
      credentials: { by: "certificate", certificate: credentials.clientCertificate, key: credentials.clientKey },
    },
    received,
    connections: () => connections,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The server's own way to make certificates. */
async function makeCredentials(): Promise<Credentials> {
  const dir = await mkdtemp(join(tmpdir(), "pki-"));
  try {
    const names = { serviceAddress: "10.96.0.1", clusterDomain: "cluster.local" };
    return await ensureCredentials({ dir, clock: systemClock, ...names });
  } finally {
    await rm(dir, { recursive: true });
  }
}
