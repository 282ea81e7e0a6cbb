import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isApiError } from "@ordinal/api";
import { silentLogger, systemClock } from "@ordinal/runtime";
import {
  createRegistry,
  ensureCredentials,
  startApiServer,
  writeKubeconfig,
  type ApiServer,
  type Registry,
} from "@ordinal/server";
import { openStore, type Store } from "@ordinal/store";
import { expect } from "chai";
import { startInformer } from "../informer.ts";
import { itKeepsTheClientContract } from "./client-contract.fixture.ts";
import { createHttpsClient, type HttpsClient } from "./https-client.ts";
import { loadKubeconfig } from "./kubeconfig.ts";

const clock = systemClock;
const log = silentLogger;

describe("the client contract", () => {
  let dir: string;
  let kubeconfig: string;
  let store: Store;
  let registry: Registry;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), "client-contract-"));
    kubeconfig = join(dir, "kubeconfig");
    store = await openStore({ dir: join(dir, "store") });
    registry = await createRegistry({ store, clock });
    await registry.create("namespaces", { metadata: { name: "default" } });
  });
  after(async () => {
    await store.stop();
    await rm(dir, { recursive: true, force: true });
  });

  describe("in process", () => itKeepsTheClientContract(() => registry));

  describe("over HTTPS, with the kubeconfig the server writes", () => {
    let server: ApiServer;
    let client: HttpsClient;
    before(async () => {
      server = await listen({ dir, kubeconfig, registry });
      client = createHttpsClient({ access: await loadKubeconfig(kubeconfig), clock, log });
    });
    after(async () => {
      await client?.stop();
      await server?.stop();
    });

    itKeepsTheClientContract(() => client);

    it("is refused without credentials", async () => {
      const { credentials: _, ...access } = await loadKubeconfig(kubeconfig);
      const stranger = createHttpsClient({ access: { ...access, credentials: { by: "nothing" } }, clock, log });
      const outcome = await stranger.get("namespaces", { name: "default" }).then(
        () => "let in",
        (error: unknown) => (isApiError(error) ? error.reason : String(error)),
      );
      await stranger.stop();
      expect(outcome).to.equal("Unauthorized");
    });

    it("carries an informer over a restart of the server", async () => {
      const informer = startInformer("configmaps", { client, clock, log });
      await informer.synced;
      const name = "seen-after-the-restart";
      const seen = new Promise<void>((resolve) => {
        informer.onChange(({ after }) => {
          if (after?.metadata.name === name) resolve();
        });
      });
      await server.stop();
      await registry.create("configmaps", { metadata: { namespace: "default", name } });
      server = await listen({ dir, kubeconfig, registry, port: server.port });
      await seen;
      await informer.stop();
      expect(informer.get(`default/${name}`)?.metadata.name).to.equal(name);
    });
  });
});

interface ListenOptions {
  readonly dir: string;
  readonly kubeconfig: string;
  readonly registry: Registry;
  readonly port?: number;
}

/** A server on this port, or any; writes the kubeconfig for it. */
async function listen({ dir, kubeconfig, registry, port = 0 }: ListenOptions): Promise<ApiServer> {
  const names = { serviceAddress: "10.96.0.1", clusterDomain: "cluster.local" };
  const credentials = await ensureCredentials({ dir: join(dir, "pki"), clock, ...names });
  const streams = {
    exec: refuse,
    attach: refuse,
    connect: refuse,
    logs: () => expect.fail("nobody asks for logs"),
  };
  const address = { host: "127.0.0.1", port };
  const common = { registry, streams, credentials, clock, log };
  const started = await startApiServer({ ...common, listen: address, version: "v1.33.1" });
  await writeKubeconfig(kubeconfig, { server: `https://127.0.0.1:${started.port}`, credentials });
  return started;
}

async function refuse(): Promise<never> {
  return await Promise.reject(new Error("nothing runs pods in this test"));
}
