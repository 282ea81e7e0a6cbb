import { kindOf, type KubeObject, type ObjectOf, type ResourceName, type Service } from "@ordinal/api";
import type { List, WatchEvent } from "@ordinal/client";
import { silentLogger, type Clock, type Logger } from "@ordinal/runtime";
import type { Store } from "@ordinal/store";
import { createAdmission } from "./admission/create-admission.ts";
import { LimitRanges } from "./admission/limit-ranges.ts";
import { QuotaGuard } from "./admission/quota-guard.ts";
import { ServiceAddresses } from "./admission/service-addresses.ts";
import type { Context } from "./context.ts";
import { expireEvents } from "./event-expiry.ts";
import { keyPrefix } from "./object-key.ts";
import { createObjectStore, type ObjectStore } from "./object-store.ts";
import { followDeletions } from "./recent-deletions.ts";
import type { Registry } from "./registry.ts";
import { bindPod } from "./verbs/bind.ts";
import { createObject } from "./verbs/create.ts";
import { deleteObject } from "./verbs/delete.ts";
import { patchObject } from "./verbs/patch.ts";
import { getObject, listObjects, listOneAt } from "./verbs/read.ts";
import { getScale, patchScale, updateScale } from "./verbs/scale.ts";
import { updateObject } from "./verbs/update.ts";
import { watchObjects } from "./verbs/watch.ts";

export interface RegistryOptions {
  readonly store: Store;
  readonly clock: Clock;
  /** Defaults to silence. */
  readonly log?: Logger;
  /** Where services get their addresses from. Defaults to `10.96.0.0/16`. */
  readonly serviceRange?: string;
}

/** The API's semantics over a store that nobody else writes to. It has nothing to stop: it ends with the store. */
export async function createRegistry(options: RegistryOptions): Promise<Registry> {
  const { store, clock, log = silentLogger, serviceRange = "10.96.0.0/16" } = options;
  const objects = createObjectStore(store);
  const addresses = await knownAddresses(objects, serviceRange);
  const [ranges, quotas] = [await LimitRanges.start(objects), await QuotaGuard.start(objects)];
  const context: Context = { objects, clock, admission: createAdmission(objects, { addresses, ranges, quotas }) };
  await expireEvents({ objects, clock, log });
  const deletions = followDeletions(kindOf("pods"), { objects, clock });
  log.debug("the registry is ready", { revision: store.revision() });

  return {
    revision: () => objects.revision(),
    get: async (resource, at) => typed(await getObject(objects, kindOf(resource), at)),
    list: async (resource, where = {}) => typed(await listObjects(objects, kindOf(resource), where)),
    watch: (resource, where) => typed(watchObjects(objects, kindOf(resource), where)),
    create: async (resource, draft, how = {}) =>
      typed(await createObject(context, kindOf(resource), { draft, options: how })),
    update: async (resource, object, how = {}) =>
      typed(await updateObject(context, kindOf(resource), { object, options: how })),
    patch: async (resource, at, patch) => typed(await patchObject(context, kindOf(resource), { at, patch })),
    delete: async (resource, at, how = {}) =>
      typed(await deleteObject(context, kindOf(resource), { at, options: how })),
    bind: async (pod, nodeName) => await bindPod(context, pod, nodeName),
    async listPodBeforeDeletion(at) {
      const revision = deletions.revisionOf(at);
      return revision === undefined
        ? undefined
        : typed<"pods">(await listOneAt(objects, kindOf("pods"), { at, revision: revision - 1 }));
    },
    getScale: async (_resource, at) => await getScale(context, at),
    updateScale: async (_resource, scale, how = {}) => await updateScale(context, scale, how),
    patchScale: async (_resource, at, patch) => await patchScale(context, at, patch),
  };
}

/** The addresses of the services there are, kept up to date from then on. */
async function knownAddresses(objects: ObjectStore, serviceRange: string): Promise<ServiceAddresses> {
  const addresses = new ServiceAddresses(serviceRange);
  const prefix = keyPrefix(kindOf("services"));
  const { found, revision } = await objects.range({ prefix });
  for (const { object } of found) addresses.hold(object as Service);
  objects.watch({
    prefix,
    fromRevision: revision,
    onChange({ before, after }) {
      const next = after?.() as Service | undefined;
      if (before !== undefined) addresses.letGo(before() as Service, next);
      if (next !== undefined) addresses.hold(next);
    },
  });
  return addresses;
}

/** The kind behind a resource name decides the type; the compiler cannot see that. */
function typed<R extends ResourceName>(object: KubeObject): ObjectOf<R>;
function typed<R extends ResourceName>(list: List<KubeObject>): List<ObjectOf<R>>;
function typed<R extends ResourceName>(
  events: AsyncIterable<WatchEvent<KubeObject>>,
): AsyncIterable<WatchEvent<ObjectOf<R>>>;
function typed(value: unknown): unknown {
  return value;
}
