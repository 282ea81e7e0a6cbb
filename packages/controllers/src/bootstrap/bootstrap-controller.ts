import { isApiError, wellKnown, type Draft, type ObjectOf, type ResourceName, type Service } from "@ordinal/api";
import { keyOf, refOf } from "@ordinal/client";
import type { Stoppable } from "@ordinal/runtime";
import type { ControllerOptions } from "../controller-options.ts";
import { startController } from "../controller.ts";
import {
  apiEndpoints,
  apiEndpointSlice,
  apiService,
  covers,
  systemNamespaces,
  type ApiPlace,
} from "./system-objects.ts";

export interface BootstrapControllerOptions extends ControllerOptions, ApiPlace {}

export interface BootstrapController extends Stoppable {
  /** Resolves once all system objects are there. */
  readonly ready: Promise<void>;
}

/** There is one thing to do, so there is one key. */
const everything = "system objects";

/**
 * Makes the objects a cluster has before its user makes any, and makes them again when they are deleted: the four system
 * namespaces, and the service `kubernetes` that leads to the API server.
 */
export function startBootstrapController(options: BootstrapControllerOptions): BootstrapController {
  const { client, clock, log, informers } = options;
  const resources = ["namespaces", "services", "endpoints", "endpointslices"] as const;
  const reads = resources.map((resource) => informers.of(resource));
  const ready = Promise.withResolvers<void>();
  const controller = startController({ name: "bootstrap", clock, log, reads, reconcile });
  const ours = new Set([...wellKnown.namespaces, keyOf({ metadata: { namespace: "default", name: "kubernetes" } })]);
  for (const resource of resources) {
    controller.follow(informers.of(resource), ({ before, after }) => {
      const object = after ?? before;
      return object !== undefined && ours.has(keyOf(object)) ? [everything] : [];
    });
  }
  controller.enqueue(everything);
  return { ready: ready.promise, stop: () => controller.stop() };

  async function reconcile(): Promise<void> {
    for (const namespace of systemNamespaces()) await ensure("namespaces", namespace);
    await ensureService(apiService(options));
    await ensure("endpoints", apiEndpoints(options));
    await ensure("endpointslices", apiEndpointSlice(options));
    ready.resolve();
  }

  async function ensure<R extends ResourceName>(resource: R, wanted: Draft<ObjectOf<R>>): Promise<void> {
    const current = informers.of(resource).get(keyOfDraft(wanted));
    if (current === undefined) return await create(resource, wanted);
    if (covers(current, wanted)) return;
    const { metadata } = current;
    const labels = { ...metadata.labels, ...wanted.metadata.labels };
    await client.update(resource, { ...current, ...wanted, metadata: { ...metadata, labels } });
  }

  /** The address of a service cannot be changed: after a change of the service range it is made anew. */
  async function ensureService(wanted: Draft<Service>): Promise<void> {
    const current = informers.of("services").get(keyOfDraft(wanted));
    if (current !== undefined && current.spec.clusterIP !== options.serviceAddress) {
      await client.delete("services", refOf(keyOf(current)), { preconditions: { uid: current.metadata.uid } });
      return await create("services", wanted);
    }
    await ensure("services", current === undefined ? wanted : { ...wanted, spec: { ...current.spec, ...wanted.spec } });
  }

  async function create<R extends ResourceName>(resource: R, wanted: Draft<ObjectOf<R>>): Promise<void> {
    try {
      await client.create(resource, wanted);
    } catch (error) {
      if (!isApiError(error, "AlreadyExists")) throw error;
    }
  }
}

function keyOfDraft({ metadata: { namespace, name = "" } }: Draft): string {
  return keyOf({ metadata: { name, ...(namespace === undefined ? {} : { namespace }) } });
}
