import { isApiError, matches, selectorOfMap, type KubeObject, type Pod, type Service } from "@ordinal/api";
import { keyOf, refOf, type Change } from "@ordinal/client";
import type { Stoppable } from "@ordinal/runtime";
import type { ControllerOptions } from "../controller-options.ts";
import { startController } from "../controller.ts";
import { endpointsOf } from "./endpoint-of.ts";
import { planEndpoints } from "./plan-endpoints.ts";
import { isManagedSlice, planSlices, type SliceStep } from "./plan-slices.ts";
import { renewSlices } from "./renew-slices.ts";
import { serviceKeysOfSlice } from "./slice-owner.ts";
import { createTriggerTimes, stampSteps } from "./trigger-time.ts";

/** Keeps the EndpointSlices and Endpoints of every service with a selector at what its pods are. */
export function startEndpointsController({ client, informers, clock, log }: ControllerOptions): Stoppable {
  const pods = informers.of("pods");
  const services = informers.of("services");
  const slices = informers.of("endpointslices");
  const endpoints = informers.of("endpoints");
  const triggers = createTriggerTimes(clock);
  const controller = startController({
    name: "endpoints",
    clock,
    log,
    reads: [pods, services, slices, endpoints],
    reconcile,
  });
  controller.follow(services, keysOfChanged);
  controller.follow(endpoints, keysOfChanged);
  controller.follow(pods, (change) => {
    triggers.note(change);
    return servicesOf(change);
  });
  controller.follow(slices, ({ before, after }) => {
    const slice = after ?? before;
    return slice !== undefined && isManagedSlice(slice) ? serviceKeysOfSlice(slice) : [];
  });

  function servicesOf({ before, after }: Change<Pod>): readonly string[] {
    const namespace = (after ?? before)?.metadata.namespace ?? "";
    const isConcerned = (service: Service): boolean => {
      const selector = selectorOfMap(service.spec.selector);
      return (
        selector !== undefined &&
        [before, after].some((pod) => pod !== undefined && matches(selector, pod.metadata.labels))
      );
    };
    return services.by("namespace", namespace).filter(isConcerned).map(keyOf);
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
    const service = services.get(key);
    const own = slices.by("service", key).filter(isManagedSlice);
    if (service === undefined) {
      triggers.forget(key);
      await removeAll(
        key,
        own.map((slice): SliceStep => ({ do: "delete", slice })),
      );
      return;
    }
    const selected = service.spec.type === "ExternalName" ? undefined : podsOf(service);
    if (selected === undefined) return;
    const wanted = endpointsOf(service, selected);
    const trigger = triggers.since(service, { pods: selected, isNew: own.length === 0 });
    const steps = stampSteps(planSlices(service, { wanted, slices: own }), trigger.atMs);
    const renewals = renewSlices(service, { pods: selected, slices: own, steps }, clock.now());
    for (const step of [...steps, ...renewals]) await actOnSlice(step);
    trigger.settle();
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

  return controller;
}

function keysOfChanged({ before, after }: Change<KubeObject>): readonly string[] {
  return [after ?? before].flatMap((object) => (object === undefined ? [] : keyOf(object)));
}

/** Waits for a deletion; that the object is gone already is what was wanted. */
async function ifPresent(deletion: Promise<unknown>): Promise<void> {
  try {
    await deletion;
  } catch (error) {
    if (!isApiError(error, "NotFound")) throw error;
  }
}
