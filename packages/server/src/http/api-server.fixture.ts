import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ApiError } from "@ordinal/api";
import { silentLogger, systemClock, type Clock, type Logger } from "@ordinal/runtime";
import { openStore } from "@ordinal/store";
import { createRegistry } from "../registry/create-registry.ts";
import type { Registry } from "../registry/registry.ts";
import type { PodStreams } from "../streams/pod-streams.ts";
import type { Credentials } from "../tls/credentials.ts";
import { ensureCredentials } from "../tls/ensure-credentials.ts";
import { writeKubeconfig } from "../tls/kubeconfig.ts";
import type { NodeAnswers } from "./node-proxy.ts";
import { startApiServer, type ApiServer } from "./api-server.ts";

/** A server over a real registry and store in a temporary directory. */
export interface TestServer {
  readonly dir: string;
  readonly registry: Registry;
  readonly server: ApiServer;
  readonly credentials: Credentials;
  readonly kubeconfig: string;
  stop(): Promise<void>;
}

const nobodyRuns: PodStreams = {
  exec: () => Promise.reject(noPods()),
  attach: () => Promise.reject(noPods()),
  // oxlint-disable-next-line require-yield
  async *logs() {
    throw noPods();
  },
  connect: () => Promise.reject(noPods()),
};

function noPods(): ApiError {
  return new ApiError("ServiceUnavailable", "nothing runs pods in this test");
}

/** Has the namespaces `default` and `kube-system`. Without streams of its own nothing runs in its pods. */
export async function startTestServer({
  streams = nobodyRuns,
  log = silentLogger,
  clock = systemClock,
  ...more
}: {
  readonly streams?: PodStreams;
  readonly node?: NodeAnswers;
  readonly log?: Logger;
  readonly clock?: Clock;
} = {}): Promise<TestServer> {
  const dir = await mkdtemp(join(tmpdir(), "ordinal-server-"));
  const store = await openStore({ dir: join(dir, "store") });
  const registry = await createRegistry({ store, clock });
  for (const name of ["default", "kube-system"]) await registry.create("namespaces", { metadata: { name } });
  const credentials = await ensureCredentials({
    dir: join(dir, "pki"),
    clock,
    serviceAddress: "10.96.0.1",
    clusterDomain: "cluster.local",
  });
  const listen = { host: "127.0.0.1", port: 0 };
  const version = "v1.33.1+test";
  const server = await startApiServer({ registry, streams, credentials, listen, clock, log, version, ...more });
  const kubeconfig = join(dir, "kubeconfig");
  await writeKubeconfig(kubeconfig, { server: `https://127.0.0.1:${server.port}`, credentials });
  return {
    dir,
    registry,
    server,
    credentials,
    kubeconfig,
    async stop() {
      await server.stop();
      await store.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
