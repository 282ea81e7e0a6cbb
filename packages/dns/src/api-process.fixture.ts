import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { ApiError, wellKnown } from "@ordinal/api";
import { silentLogger, systemClock } from "@ordinal/runtime";
import {
  createRegistry,
  ensureCredentials,
  startApiServer,
  writeKubeconfig,
  type ApiServerOptions,
} from "@ordinal/server";
import { openStore } from "@ordinal/store";

/** The real API server in a process of its own, so that it can be killed as a crash does. */
export interface ApiProcess {
  readonly process: ChildProcess;
  readonly port: number;
  readonly kubeconfig: string;
}

/** Starts it over the data in `dir`; port 0 draws one. */
export async function startApiProcess(dir: string, port: number): Promise<ApiProcess> {
  const child = fork(fileURLToPath(import.meta.url), [dir, String(port)], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const [ready] = (await once(child, "message")) as [{ port: number }];
  return { process: child, port: ready.port, kubeconfig: join(dir, "kubeconfig") };
}

/** SIGKILL, and gone when it resolves. */
export async function kill({ process: child }: ApiProcess): Promise<void> {
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}

const noPods = (): Promise<never> =>
  Promise.reject(new ApiError("ServiceUnavailable", "nothing runs pods in this test"));
const streams: ApiServerOptions["streams"] = {
  exec: noPods,
  attach: noPods,
  // oxlint-disable-next-line require-yield -- it ends before the first line
  async *logs() {
    await noPods();
  },
  connect: noPods,
};

async function serve(dir: string, port: number): Promise<void> {
  const clock = systemClock;
  const store = await openStore({ dir: join(dir, "store") });
  const registry = await createRegistry({ store, clock, serviceRange: "127.96.0.0/16" });
  if (registry.revision() === 0) {
    for (const name of wellKnown.namespaces) await registry.create("namespaces", { metadata: { name } });
  }
  const clusterDomain = "cluster.local";
  const credentials = await ensureCredentials({
    dir: join(dir, "pki"),
    clock,
    serviceAddress: "127.96.0.1",
    clusterDomain,
  });
  const listen = { host: "127.0.0.1", port };
  const server = await startApiServer({
    registry,
    streams,
    credentials,
    listen,
    clock,
    log: silentLogger,
    version: "v1.33.1+test",
  });
  await writeKubeconfig(join(dir, "kubeconfig"), { server: `https://127.0.0.1:${server.port}`, credentials });
  process.send?.({ port: server.port });
  // Whoever started it is gone: so is the reason to run.
  process.once("disconnect", () => process.exit());
}

const [, script, dir, port] = process.argv;
if (script === fileURLToPath(import.meta.url) && dir !== undefined) await serve(dir, Number(port));
