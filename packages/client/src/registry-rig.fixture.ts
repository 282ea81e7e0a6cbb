import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ApiError, ResourceName } from "@ordinal/api";
import { systemClock } from "@ordinal/runtime";
import { createRegistry, type Registry } from "@ordinal/server";
import { openStore } from "@ordinal/store";
import type { Client, WatchOptions } from "./client.ts";
import type { Informer } from "./informer.ts";

/** A real registry over a store in a temporary directory, with the namespace `default`. */
export interface RegistryRig {
  readonly registry: Registry;
  stop(): Promise<void>;
}

export async function startRegistryRig(): Promise<RegistryRig> {
  const dir = await mkdtemp(join(tmpdir(), "ordinal-client-"));
  const store = await openStore({ dir });
  const registry = await createRegistry({ store, clock: systemClock });
  await registry.create("namespaces", { metadata: { name: "default" } });
  return {
    registry,
    async stop() {
      await store.stop();
      await rm(dir, { recursive: true });
    },
  };
}

/** A line to the registry that a test can cut. */
export interface CuttableClient extends Client {
  /** Ends every watch with this error. While it is ServiceUnavailable, lists and new watches fail too, until mended. */
  cut(error: ApiError): void;
  mend(): void;
}

export function cuttable(client: Client): CuttableClient {
  let broken: ApiError | undefined;
  let line = new AbortController();
  return {
    ...client,
    async list(resource, options) {
      if (broken !== undefined) throw broken;
      return await client.list(resource, options);
    },
    async *watch<R extends ResourceName>(resource: R, options: WatchOptions) {
      if (broken !== undefined) throw broken;
      const { signal: cutting } = line;
      yield* client.watch(resource, { ...options, signal: AbortSignal.any([options.signal, cutting]) });
      if (cutting.aborted) throw cutting.reason as ApiError;
    },
    cut(error) {
      broken = error.reason === "ServiceUnavailable" ? error : undefined;
      line.abort(error);
      line = new AbortController();
    },
    mend() {
      broken = undefined;
    },
  };
}

/** Resolves once the copy has everything up to this revision. */
export async function reached(informer: Informer<unknown>, revision: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const end = informer.onRevision((at) => {
    if (at >= revision) resolve();
  });
  if (informer.hasSynced() && informer.revision() >= revision) resolve();
  await promise;
  end();
}
