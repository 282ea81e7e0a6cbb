import { labels, type EndpointSlice } from "@ordinal/api";
import { keyOf, startInformer, type Client } from "@ordinal/client";
import {
  createStopStack,
  startReconcileLoop,
  type Clock,
  type Logger,
  type Outcome,
  type Stoppable,
} from "@ordinal/runtime";
import { createListeners } from "./listeners.ts";
import type { Forward } from "./plan/plan.ts";
import { podForwards } from "./plan/pod-forwards.ts";
import { serviceForwards } from "./plan/service-forwards.ts";

/** How soon an address that could not be bound is tried again. */
const bindAgainMs = 2_000;

export interface ProxyOptions {
  /** Any Kubernetes API server; reads pods, services and endpointslices. */
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
  /** Where the pods' own ports are listened on. Defaults to `127.0.0.1`. */
  readonly listenHost?: string;
}

export interface Proxy extends Stoppable {
  /** Resolves when everything there was at the beginning is listened on, as far as it can be bound. */
  readonly synced: Promise<void>;
}

/**
 * Leads localhost's ports to pods and service addresses to endpoints. Goes on with what it last knew while the API server
 * is away; an address that cannot be bound is logged and tried again, and holds up nothing else.
 */
export async function startProxy(options: ProxyOptions): Promise<Proxy> {
  const { client, clock, log, listenHost = "127.0.0.1" } = options;
  const parts = { client, clock, log };
  const stack = createStopStack();
  const listeners = stack.add(createListeners({ clock, log }));
  const pods = stack.add(startInformer("pods", parts));
  const services = stack.add(startInformer("services", parts));
  const byService = { service: (slice: EndpointSlice) => [serviceKeyOf(slice)] };
  const slices = stack.add(startInformer("endpointslices", { ...parts, indexes: byService }));

  /** Owners whose first turn `synced` waits for. */
  const awaited = new Set<string>();
  const firstRound = Promise.withResolvers<void>();

  /** What an owner (`pods/default/web-0`, `services/default/nginx`) wants at this moment. */
  function planOf(owner: string): readonly Forward[] {
    const slash = owner.indexOf("/");
    const key = owner.slice(slash + 1);
    return owner.slice(0, slash) === "pods"
      ? podForwards(pods.get(key), listenHost)
      : serviceForwards(services.get(key), slices.by("service", key));
  }

  async function reconcile(owner: string): Promise<Outcome | void> {
    const isComplete = await listeners.ensure(owner, planOf(owner));
    if (awaited.delete(owner) && awaited.size === 0) firstRound.resolve();
    return isComplete ? undefined : { againMs: bindAgainMs };
  }

  const loop = stack.add(startReconcileLoop({ name: "proxy", reconcile, clock, log }));
  pods.onChange(({ before, after }) => {
    for (const pod of [before, after]) if (pod !== undefined) loop.enqueue(`pods/${keyOf(pod)}`);
  });
  services.onChange(({ before, after }) => {
    for (const service of [before, after]) if (service !== undefined) loop.enqueue(`services/${keyOf(service)}`);
  });
  slices.onChange(({ before, after }) => {
    for (const slice of [before, after]) if (slice !== undefined) loop.enqueue(`services/${serviceKeyOf(slice)}`);
  });

  async function listenToAll(): Promise<void> {
    await Promise.all([pods.synced, services.synced, slices.synced]);
    for (const pod of pods.list()) awaited.add(`pods/${keyOf(pod)}`);
    for (const service of services.list()) awaited.add(`services/${keyOf(service)}`);
    if (awaited.size === 0) return;
    for (const owner of awaited) loop.enqueue(owner);
    await firstRound.promise;
  }

  return { synced: listenToAll(), stop: () => stack.stop() };
}

/** Key of the service a slice belongs to. */
function serviceKeyOf(slice: EndpointSlice): string {
  return `${slice.metadata.namespace ?? ""}/${slice.metadata.labels?.[labels.serviceName] ?? ""}`;
}
