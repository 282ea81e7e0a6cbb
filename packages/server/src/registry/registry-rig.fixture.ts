import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ApiError, type Draft, type Pod, type Service, type StatefulSet } from "@ordinal/api";
import { createFakeClock, type FakeClock } from "@ordinal/runtime";
import { openStore, type Store } from "@ordinal/store";
import { createRegistry } from "./create-registry.ts";
import type { Registry } from "./registry.ts";

/** A registry over a store in a temporary directory, with the namespace `default`. */
export interface RegistryRig {
  registry: Registry;
  readonly clock: FakeClock;
  /** Stops the store and opens a registry on the same data. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export async function startRig(
  options: { readonly serviceRange?: string; readonly keepEvents?: number } = {},
): Promise<RegistryRig> {
  const { keepEvents = 10_000, ...registryOptions } = options;
  const dir = await mkdtemp(join(tmpdir(), "ordinal-registry-"));
  const clock = createFakeClock();
  let store: Store = await openStore({ dir, keepEvents });
  const rig: RegistryRig = {
    clock,
    registry: await createRegistry({ store, clock, ...registryOptions }),
    async restart() {
      await store.stop();
      store = await openStore({ dir, keepEvents });
      rig.registry = await createRegistry({ store, clock, ...registryOptions });
    },
    async stop() {
      await store.stop();
      await rm(dir, { recursive: true });
    },
  };
  await rig.registry.create("namespaces", { metadata: { name: "default" } });
  return rig;
}

/** What a call fails with; the test fails when it does not. */
export async function failureOf(call: Promise<unknown>): Promise<ApiError> {
  const outcome = await call.then(
    (value: unknown) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ("error" in outcome && outcome.error instanceof ApiError) return outcome.error;
  throw new Error("expected an ApiError", { cause: outcome });
}

/** `Conflict 409: Operation cannot …`. */
export async function refusalOf(call: Promise<unknown>): Promise<string> {
  const { reason, code, message } = await failureOf(call);
  return `${reason} ${code}: ${message}`;
}

export function podDraft(name: string, spec: Partial<Pod["spec"]> = {}): Draft<Pod> {
  return {
    metadata: { name, namespace: "default", labels: { app: "web" } },
    spec: { containers: [{ name: "main", image: "nginx" }], ...spec },
  };
}

export function serviceDraft(name: string, spec: Partial<Service["spec"]> = {}): Draft<Service> {
  return {
    metadata: { name, namespace: "default" },
    spec: { ports: [{ port: 80 }], selector: { app: "web" }, ...spec },
  };
}

export function setDraft(name: string, spec: Partial<StatefulSet["spec"]> = {}): Draft<StatefulSet> {
  return {
    metadata: { name, namespace: "default" },
    spec: {
      serviceName: "nginx",
      replicas: 2,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: "main", image: "nginx" }] },
      },
      ...spec,
    },
  };
}
