import { labels, type EndpointSlice, type Service } from "@ordinal/api";
import { keyOf, startInformer, type Change, type Client } from "@ordinal/client";
import { createStopStack, type Clock, type Logger, type Stoppable } from "@ordinal/runtime";
import { serviceChange, sliceChange, type FactChange, type OwnedSlice } from "../records/change.ts";
import type { Fact } from "../records/fact.ts";
import { namespaceFacts, serviceFacts, sliceFacts } from "../records/makers.ts";
import type { RecordSettings } from "../records/settings.ts";
import { startOrphanWatch } from "./orphan-watch.ts";
import { startPodFeed, type PodFeed } from "./pod-feed.ts";
import { tidyHeap } from "../tidy-heap.ts";

export interface ZoneFeedOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
  /** Which records there are. */
  readonly settings: RecordSettings;
  /** Makes the zones say one thing instead of the other. What is true whatever there is (`standingFacts`) is not said here. */
  readonly onFacts: (before: readonly Fact[], after: readonly Fact[]) => void;
  /** Called after the changes up to a revision have been handed on. */
  readonly onRevision: (revision: number) => void;
  /** Called when the served revision may have risen; only after the first sync. */
  readonly onServed: (revision: number) => void;
  /** Called after a change to a slice has been handed on, with its service; only after the first sync. */
  readonly onSlice?: (change: Change<EndpointSlice>, service: Service | undefined) => void;
}

export interface ZoneFeed extends Stoppable {
  /** Resolves when everything there was at the beginning has been handed on. */
  readonly synced: Promise<void>;
  isSynced(): boolean;
  /** All that has been said and not taken back, for tables made anew. To be gone through at once: a later change is not in it. */
  facts(): Iterable<Fact>;
  /**
   * Goes over to other settings and hands on the difference. Resolves when that is done: pods are there only once they have
   * been listed. What endpoints without hostname are called stays, since what was not asked for was not kept.
   */
  restate(settings: Pick<RecordSettings, "podNames" | "hasExternalZones">): Promise<void>;
}

/**
 * Objects in one answer: what is made of them is a small part, and the rest is garbage that the heap has to have room for. A
 * slice that is full is a hundred endpoints, or a thousand where people write it themselves.
 */
const pageSizes = { slices: 10, others: 100 };

/**
 * Follows namespaces, services, endpoint slices and, where their names are wanted, pods, and hands on what they say.
 *
 * The served revision is that of the slices: whoever waits for it waits for one slice to be answered. The watches are apart,
 * so the smallest of their revisions would be no better: it stands still for as long as, say, no namespace changes. What a
 * slice needs besides itself is its service, which is older than the slice; should the watch of services lag so far behind
 * that it has not come yet, the served revision stays below that slice until it has (see `orphan-watch.ts`). Nothing waits
 * for a pod's name by its address.
 */
export function startZoneFeed(options: ZoneFeedOptions): ZoneFeed {
  const { client, clock, log, onFacts, onRevision, onServed, onSlice } = options;
  const stack = createStopStack();
  const parts = { client, clock, log };
  let { settings } = options;
  let hasSlices = false;
  let isSynced = false;

  const namespaces = stack.add(startInformer("namespaces", { ...parts, pageSize: pageSizes.others }));
  const services = stack.add(startInformer("services", { ...parts, pageSize: pageSizes.others }));
  const byService = { service: (slice: EndpointSlice) => [serviceKeyOf(slice)] };
  const slices = stack.add(
    startInformer("endpointslices", { ...parts, indexes: byService, pageSize: pageSizes.slices }),
  );
  const orphans = stack.add(startOrphanWatch({ ...parts, services, slices, serviceKeyOf, onSettled: tellServed }));
  const startPods = (): PodFeed => startPodFeed({ ...parts, onFacts, onRevision });
  let pods = settings.podNames === "verified" ? startPods() : undefined;
  stack.add({ stop: async () => await pods?.stop() });

  namespaces.onChange(({ before, after }) => {
    onFacts(
      before === undefined ? [] : namespaceFacts(before, settings),
      after === undefined ? [] : namespaceFacts(after, settings),
    );
  });
  services.onChange(({ before, after }) => {
    const [key = ""] = [before, after].flatMap((service) => (service === undefined ? [] : keyOf(service)));
    const own = slices.by("service", key);
    handOn(serviceChange({ service: before, settings }, { service: after, settings }, own));
    if (hasSlices) for (const slice of own) orphans.look(slice);
  });
  slices.onChange((change) => {
    const { before, after } = change;
    handOn(sliceChange(owned(before), owned(after), settings));
    const slice = after ?? before;
    if (!hasSlices || slice === undefined) return;
    orphans.look(slice);
    onSlice?.(change, serviceOf(slice));
  });
  for (const informer of [namespaces, services, slices]) {
    informer.onRevision((revision) => {
      onRevision(revision);
      if (informer === slices) tellServed();
    });
  }

  function serviceOf(slice: EndpointSlice): Service | undefined {
    return services.get(serviceKeyOf(slice));
  }

  function owned(slice: EndpointSlice | undefined): OwnedSlice | undefined {
    return slice === undefined ? undefined : { slice, service: serviceOf(slice) };
  }

  /** Most changes change no name. */
  function handOn({ before, after }: FactChange): void {
    if (before.length > 0 || after.length > 0) onFacts(before, after);
  }

  function tellServed(): void {
    if (hasSlices) onServed(Math.min(slices.revision(), orphans.below()));
  }

  function* facts(): Iterable<Fact> {
    for (const namespace of namespaces.list()) yield* namespaceFacts(namespace, settings);
    for (const service of services.list()) yield* serviceFacts(service, settings);
    for (const slice of slices.list()) yield* sliceFacts(serviceOf(slice), slice, settings);
    if (pods !== undefined) yield* pods.facts();
  }

  async function restate(next: Pick<RecordSettings, "podNames" | "hasExternalZones">): Promise<void> {
    const last = settings;
    settings = { ...last, podNames: next.podNames, hasExternalZones: next.hasExternalZones };
    for (const each of namespaces.list()) onFacts(namespaceFacts(each, last), namespaceFacts(each, settings));
    for (const service of services.list()) {
      const own = slices.by("service", keyOf(service));
      handOn(serviceChange({ service, settings: last }, { service, settings }, own));
    }
    if (settings.podNames === "verified") {
      pods ??= startPods();
      await pods.synced;
    } else if (pods !== undefined) {
      const unwanted = pods;
      pods = undefined;
      const stopped = unwanted.stop();
      onFacts(unwanted.facts(), []);
      await stopped;
    }
  }

  const slicesSynced = Promise.all([namespaces.synced, services.synced, slices.synced]).then(() => {
    hasSlices = true;
    for (const slice of slices.list()) orphans.look(slice);
    tellServed();
  });
  const synced = Promise.all([slicesSynced, pods?.synced]).then(() => {
    tidyHeap();
    isSynced = true;
  });
  return { synced, isSynced: () => isSynced, facts, restate, stop: () => stack.stop() };
}

/** Key of the service a slice belongs to. */
function serviceKeyOf(slice: EndpointSlice): string {
  return `${slice.metadata.namespace ?? ""}/${slice.metadata.labels?.[labels.serviceName] ?? ""}`;
}
