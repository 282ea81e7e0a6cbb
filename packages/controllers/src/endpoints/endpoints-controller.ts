import { matches, selectorOfMap, isApiError, type Pod, type Service } from "@ordinal/api";
import { keyOf, refOf, type Change, type Client } from "@ordinal/client";
import { startReconcileLoop, type Clock, type Logger, type Stoppable } from "@ordinal/runtime";
import type { Informers } from "../informers.ts";
import { endpointsOf } from "./endpoint-of.ts";
import { planEndpoints } from "./plan-endpoints.ts";
import { isManagedSlice, planSlices, type SliceStep } from "./plan-slices.ts";

export interface EndpointsControllerOptions {
  readonly client: Client;
  readonly informers: Informers;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Keeps the EndpointSlices and Endpoints of every service with a selector at what its pods are. */
export function startEndpointsController({ client, informers, clock, log }: EndpointsControllerOptions): Stoppable {
  const pods = informers.of("pods");
  const services = informers.of("services");
  const slices = informers.of("endpointslices");
  const endpoints = informers.of("endpoints");
  const loop = startReconcileLoop({ name: "endpoints", reconcile, clock, log });
  const subscriptions = [
    services.onChange(({ before, after }) => enqueue(after ?? before)),
    pods.onChange((change) => enqueueServicesOf(change)),
    slices.onChange(({ before, after }) =>
      enqueueOwner((after ?? before)?.metadata.ownerReferences?.[0]?.name, after ?? before),
    ),
    endpoints.onChange(({ before, after }) => enqueue(after ?? before)),
  ];

  function enqueue(object: { readonly metadata: Service["metadata"] } | undefined): void {
    if (object !== undefined) loop.enqueue(keyOf(object));
  }

  function enqueueOwner(
    service: string | undefined,
    slice: { readonly metadata: Service["metadata"] } | undefined,
  ): void {
    if (service !== undefined) loop.enqueue(`${slice?.metadata.namespace}/${service}`);
  }

  function enqueueServicesOf({ before, after }: Change<Pod>): void {
    const namespace = (after ?? before)?.metadata.namespace ?? "";
    for (const service of services.by("namespace", namespace)) {
      const selector = selectorOfMap(service.spec.selector);
      if (selector === undefined) continue;
      const isConcerned = [before, after].some((pod) => pod !== undefined && matches(selector, pod.metadata.labels));
      if (isConcerned) enqueue(service);
    }
  }

  function podsOf(service: Service): readonly Pod[] | undefined {
    const selector = selectorOfMap(service.spec.selector);
    const [first] = Object.entries(service.spec.selector ?? {});
    if (selector === undefined || first === undefined) return undefined;
    return pods
      .by("label", `${service.metadata.namespace}/${first[0]}=${first[1]}`)
      .filter((pod) => matches(selector, pod.metadata.labels));
  }

  async function reconcile(key: string): Promise<void> {
    await Promise.all([pods.synced, services.synced, slices.synced, endpoints.synced]);
    const service = services.get(key);
    const own = slices.by("service", key).filter(isManagedSlice);
    if (service === undefined) {
      await removeAll(
        key,
        own.map((slice): SliceStep => ({ do: "delete", slice })),
      );
      return;
    }
    const selected = service.spec.type === "ExternalName" ? undefined : podsOf(service);
    if (selected === undefined) return;
    const wanted = endpointsOf(service, selected);
    for (const step of planSlices(service, { wanted, slices: own })) await actOnSlice(step);
    const step = planEndpoints(service, { wanted, current: endpoints.get(key) });
    if (step?.do === "create") await client.create("endpoints", step.endpoints);
    if (step?.do === "update") await client.update("endpoints", step.endpoints);
  }

  async function actOnSlice(step: SliceStep): Promise<void> {
    switch (step.do) {
      case "create":
        await client.create("endpointslices", step.slice);
        return;
      case "update":
        await client.update("endpointslices", step.slice);
        return;
      case "delete":
        await ifPresent(client.delete("endpointslices", refOf(keyOf(step.slice))));
    }
  }

  async function removeAll(key: string, steps: readonly SliceStep[]): Promise<void> {
    for (const step of steps) await actOnSlice(step);
    if (endpoints.get(key) !== undefined) await ifPresent(client.delete("endpoints", refOf(key)));
  }

  return {
    async stop() {
      for (const unsubscribe of subscriptions) unsubscribe();
      await loop.stop();
    },
  };
}

/** Waits for a deletion; that the object is gone already is what was wanted. */
async function ifPresent(deletion: Promise<unknown>): Promise<void> {
  try {
    await deletion;
  } catch (error) {
    if (!isApiError(error, "NotFound")) throw error;
  }
}
