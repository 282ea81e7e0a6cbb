import { mkdtemp, rm } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { isApiError } from "@ordinal/api";
import { silentLogger, systemClock, type Clock } from "@ordinal/runtime";
import type { Credentials } from "../tls/credentials.ts";
import { ensureCredentials } from "../tls/ensure-credentials.ts";
import { writeKubeconfig } from "../tls/kubeconfig.ts";
import { acceptStream } from "./accept-stream.ts";
import { createHostStreams, type HostStreams } from "./host-streams.fixture.ts";
import { sendLog } from "./send-log.ts";

/** A real HTTPS server that knows one pod, `default/web-0`, and of the API only what streams and kubectl before them need. */
export interface StreamServer {
  readonly port: number;
  readonly dir: string;
  readonly kubeconfig: string;
  readonly credentials: Credentials;
  readonly streams: HostStreams;
  /** How each stream was asked for: `POST SPDY/3.1 v4.channel.k8s.io,…`. */
  readonly upgrades: readonly string[];
  /** Resolves when every stream and log is over. */
  idle(): Promise<void>;
  stop(): Promise<void>;
}

const pod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "web-0", namespace: "default", uid: "u-0", resourceVersion: "1" },
  spec: { nodeName: "ordinal", containers: [{ name: "main", image: "busybox", stdin: true, tty: false }] },
  status: { phase: "Running", containerStatuses: [{ name: "main", ready: true, state: { running: {} } }] },
};

const documents: Readonly<Record<string, unknown>> = {
  "/api": { kind: "APIVersions", versions: ["v1"] },
  "/apis": { kind: "APIGroupList", apiVersion: "v1", groups: [] },
  "/api/v1": {
    kind: "APIResourceList",
    groupVersion: "v1",
    resources: [
      { name: "pods", singularName: "pod", namespaced: true, kind: "Pod", verbs: ["get"], shortNames: ["po"] },
    ],
  },
  "/api/v1/namespaces/default/pods/web-0": pod,
};

const podPath =
  /^\/api\/v1\/namespaces\/(?<namespace>[^/]+)\/pods\/(?<pod>[^/]+)\/(?<verb>exec|attach|portforward|log)$/;

/** Listens on a free port of 127.0.0.1. */
export async function startStreamServer({ clock = systemClock }: { clock?: Clock } = {}): Promise<StreamServer> {
  const dir = await mkdtemp(join(tmpdir(), "streams-"));
  const names = { serviceAddress: "10.96.0.1", clusterDomain: "cluster.local" };
  const credentials = await ensureCredentials({ dir: join(dir, "pki"), clock: systemClock, ...names });
  const streams = createHostStreams();
  const upgrades: string[] = [];
  const upgraded = new Set<Duplex>();
  const open = new Set<Promise<void>>();
  const common = { streams, clock, log: silentLogger };

  function track(work: Promise<void>): void {
    open.add(work);
    const forget = (): unknown => open.delete(work);
    work.then(forget, forget);
  }

  const server = createServer({
    cert: credentials.serverCertificate,
    key: credentials.serverKey,
    ca: credentials.ca,
    requestCert: true,
    requestTimeout: 0,
  });
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const { verb, place, query } = readPath(request);
    const { upgrade, "x-stream-protocol-version": spdy, "sec-websocket-protocol": webSocket } = request.headers;
    upgrades.push([request.method, upgrade, spdy ?? webSocket].join(" "));
    const target = { verb: verb as "exec" | "attach" | "portforward", ...place };
    upgraded.add(socket);
    socket.once("close", () => upgraded.delete(socket));
    track(acceptStream({ request, socket, head, target, query, ...common }));
  });
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    const { verb, place, query, path } = readPath(request);
    const document = documents[path];
    if (verb === "log") {
      const sent = sendLog({ request, response, target: place, query, ...common });
      track(sent);
      sent.catch((error: unknown) => {
        if (!isApiError(error)) throw error;
        response.writeHead(error.code, { "content-type": "application/json" }).end(JSON.stringify(error.toStatus()));
      });
    } else if (document === undefined) {
      response.writeHead(404, { "content-type": "application/json" }).end("{}");
    } else {
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(document));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const kubeconfig = join(dir, "kubeconfig");
  await writeKubeconfig(kubeconfig, { server: `https://127.0.0.1:${port}`, credentials });

  return {
    port,
    dir,
    kubeconfig,
    credentials,
    streams,
    upgrades,
    async idle() {
      await Promise.allSettled(open);
    },
    async stop() {
      await streams.stop();
      server.closeAllConnections();
      for (const socket of upgraded) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      await rm(dir, { recursive: true, force: true });
    },
  };
}

function readPath(request: IncomingMessage) {
  const { pathname: path, searchParams: query } = new URL(request.url ?? "/", "https://localhost");
  const { namespace = "", pod: name = "", verb } = podPath.exec(path)?.groups ?? {};
  return { path, query, verb, place: { namespace, pod: name } };
}
