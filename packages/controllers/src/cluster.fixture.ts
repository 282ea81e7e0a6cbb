import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ObjectOf, ResourceName } from "@ordinal/api";
import type { Client } from "@ordinal/client";
import { createStopStack, silentLogger, systemClock, type Stoppable } from "@ordinal/runtime";
import { createRegistry } from "@ordinal/server";
import { openStore } from "@ordinal/store";
import type { ControllerOptions } from "./controller-options.ts";
import { createInformers } from "./informers.ts";

/** A real registry over a real store in a directory of its own, and the controllers under test. */
export interface Cluster extends Stoppable {
  readonly client: Client;
  /** Starts one more controller; it is stopped with the cluster. */
  start<T extends Stoppable>(controller: (options: ControllerOptions) => T): T;
  /** Resolves with the first state of all objects of a resource for which `isIt` holds; fails after ten seconds. */
  until<R extends ResourceName>(
    resource: R,
    isIt: (objects: readonly ObjectOf<R>[]) => boolean,
  ): Promise<readonly ObjectOf<R>[]>;
}

export async function startCluster(): Promise<Cluster> {
  const dir = await mkdtemp(join(tmpdir(), "ordinal-controllers-"));
  const parts = createStopStack();
  const clock = systemClock;
  const log = silentLogger;
  const client = await createRegistry({ store: parts.add(await openStore({ dir })), clock });
  const informers = parts.add(createInformers({ client, clock, log }));
  for (const name of ["default", "kube-system"]) await client.create("namespaces", { metadata: { name } });

  return {
    client,
    start: (controller) => parts.add(controller({ client, clock, log, informers })),
    async until<R extends ResourceName>(resource: R, isIt: (objects: readonly ObjectOf<R>[]) => boolean) {
      const objects = new Map<string, ObjectOf<R>>();
      const { items, revision } = await client.list(resource);
      for (const item of items) objects.set(item.metadata.uid, item);
      if (isIt([...objects.values()])) return [...objects.values()];
      const signal = AbortSignal.timeout(10_000);
      for await (const { type, object } of client.watch(resource, { fromRevision: revision, signal })) {
        if (type === "BOOKMARK") continue;
        if (type === "DELETED") objects.delete(object.metadata.uid);
        else objects.set(object.metadata.uid, object);
        if (isIt([...objects.values()])) return [...objects.values()];
      }
      const names = [...objects.values()].map((object) => object.metadata.name).join(", ");
      throw new Error(`waited in vain for ${resource}; there are ${names || "none"}`);
    },
    async stop() {
      await parts.stop();
      await rm(dir, { recursive: true });
    },
  };
}
