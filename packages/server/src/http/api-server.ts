import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import {
  addProcessMetrics,
  createMetrics,
  type Clock,
  type Logger,
  type Metrics,
  type Stoppable,
} from "@ordinal/runtime";
import { createOpenApi } from "../discovery/openapi-documents.ts";
import { openApiDocument } from "../discovery/openapi.ts";
import type { Registry } from "../registry/registry.ts";
import type { PodStreams } from "../streams/pod-streams.ts";
import type { Credentials } from "../tls/credentials.ts";
import { createHealth, type HealthCheck } from "./health.ts";
import type { NodeAnswers } from "./node-proxy.ts";
import { createRequestHandler } from "./request-handler.ts";
import type { Services } from "./services.ts";
import { createUpgradeHandler } from "./upgrade-handler.ts";

export interface ApiServerOptions {
  readonly registry: Registry;
  readonly streams: PodStreams;
  /** What the node answers itself; left out, nothing but metrics. */
  readonly node?: NodeAnswers;
  readonly credentials: Credentials;
  /** A loopback address, and a port; 0 takes any free one. */
  readonly listen: { readonly host: string; readonly port: number };
  readonly clock: Clock;
  readonly log: Logger;
  /** What `/version` says: a semantic version such as `v1.33.1+ordinal0.1.0`. */
  readonly version: string;
}

/** The Kubernetes API over HTTPS. */
export interface ApiServer extends Stoppable {
  readonly port: number;
  /** Figures of other parts can be added here, and appear under `/metrics`. */
  readonly metrics: Metrics;
  /** `/readyz` (and `/livez` where it says so) asks this check from now on; gives back how to end that. */
  addCheck(check: HealthCheck): () => void;
}

/** How long requests under way may take to end after `stop`, before their connections are cut. */
const stopGraceMs = 1_000;
/** Longer than Go's 90 s, so that it is never the server who closes a connection a client is about to use again. */
const idleConnectionMs = 120_000;

/**
 * Listens, and serves until `stop`, which ends open watches in good order and closes every connection. Fails with the
 * system's error (`EADDRINUSE`) when it cannot listen.
 */
export async function startApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const { listen, credentials, clock, log } = options;
  if (!isLoopback(listen.host)) throw new Error(`the API listens on loopback addresses only, not on ${listen.host}`);
  const ending = new AbortController();
  const services = createServices(options);
  const server = createServer({
    cert: credentials.serverCertificate,
    key: credentials.serverKey,
    ca: credentials.ca,
    requestCert: true,
    // Who has no certificate gets a 401 in words the client understands, and may ask whether the server is well.
    rejectUnauthorized: false,
    minVersion: "TLSv1.2",
    ALPNProtocols: ["http/1.1"],
    keepAliveTimeout: idleConnectionMs,
    // Watches last, and so do uploads to pods.
    requestTimeout: 0,
  });
  const upgraded = new Set<Duplex>();
  const onRequest = createRequestHandler(services, ending.signal);
  const onUpgrade = createUpgradeHandler(services);
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    response.once("close", () => {
      if (ending.signal.aborted) setImmediate(() => server.closeIdleConnections());
    });
    void onRequest(request, response);
  });
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    upgraded.add(socket);
    socket.once("close", () => upgraded.delete(socket));
    void onUpgrade({ request, socket, head });
  });
  server.on("tlsClientError", (error) => log.debug("a TLS handshake failed", { error: error.message }));
  const port = await startListening(server, listen);
  log.info("the API server listens", { host: listen.host, port });
  return {
    port,
    metrics: services.metrics,
    addCheck: (check) => services.health.add(check),
    async stop() {
      ending.abort();
      await closeServer(server, { upgraded, clock });
    },
  };
}

function createServices({ registry, streams, node, clock, log, version }: ApiServerOptions): Services {
  const metrics = createMetrics();
  addProcessMetrics(metrics, clock.now());
  return {
    registry,
    streams,
    node,
    clock,
    log,
    version,
    metrics,
    health: createHealth(),
    openApi: createOpenApi(openApiDocument),
  };
}

async function startListening(server: Server, { host, port }: ApiServerOptions["listen"]): Promise<number> {
  return await new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port }, () => {
      server.removeListener("error", reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

async function closeServer(
  server: Server,
  { upgraded, clock }: { readonly upgraded: ReadonlySet<Duplex>; readonly clock: Clock },
): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  for (const socket of upgraded) socket.destroy();
  const cancel = clock.after(stopGraceMs, () => server.closeAllConnections());
  await closed;
  cancel();
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(?:\.\d{1,3}){3}$/.test(host);
}
