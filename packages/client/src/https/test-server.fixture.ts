import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { promisify } from "node:util";
import type { Stoppable } from "@ordinal/runtime";
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
  const pki = await makePki();
  const received: Received[] = [];
  let connections = 0;
  const server = createServer({
    ca: pki.ca,
    cert: pki.cert,
    key: pki.key,
    requestCert: true,
    rejectUnauthorized: false,
  });
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
      ca: pki.ca,
      credentials: { by: "certificate", certificate: pki.cert, key: pki.key },
    },
    received,
    connections: () => connections,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Pki {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** One certificate that signed itself serves as authority, server and client. */
async function makePki(): Promise<Pki> {
  const folder = await mkdtemp(join(tmpdir(), "pki-"));
  try {
    const [key, cert] = [join(folder, "key"), join(folder, "cert")];
    const how = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=tester".split(" ");
    const names = ["-addext", "subjectAltName=IP:127.0.0.1"];
    await promisify(execFile)("openssl", [...how, ...names, "-keyout", key, "-out", cert]);
    const text = await readFile(cert, "utf8");
    return { ca: text, cert: text, key: await readFile(key, "utf8") };
  } finally {
    await rm(folder, { recursive: true });
  }
}
