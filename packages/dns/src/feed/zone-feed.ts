import { labels, type EndpointSlice, type Service } from "@ordinal/api";
import { keyOf, startInformer, type Change, type Client } from "@ordinal/client";
import { createStopStack, type Clock, type Logger, type Stoppable } from "@ordinal/runtime";
import type { Fact } from "../records/fact.ts";
import { namespaceFacts, serviceFacts, sliceFacts } from "../records/makers.ts";
import { startOrphanWatch } from "./orphan-watch.ts";

export interface ZoneFeedOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
  /** Makes the zone say one thing instead of the other. */
  readonly onFacts: (before: readonly Fact[], after: readonly Fact[]) => void;
  /** Called after the changes up to a revision have been handed on. */
  readonly onRevision: (revision: number) => void;
  /** Called when the served revision may have risen; only after the first sync. */
  readonly onServed: (revision: number) => void;
}

export interface ZoneFeed extends Stoppable {
  /** Resolves when everything there was at the beginning has been handed on. */
  readonly synced: Promise<void>;
  isSynced(): boolean;
}

/**
 * Follows namespaces, services and endpoint slices and hands on what they say.
 *
 * The served revision is that of the slices: whoever waits for it waits for one slice to be answered. The three watches
 * are apart, so the smallest of their revisions would be no better: it stands still for as long as, say, no namespace
 * changes. What a slice needs besides itself is its service, which is older than the slice; should the watch of services
 * lag so far behind that it has not come yet, the served revision stays below that slice until it has (see `orphan-watch.ts`).
 */
export function startZoneFeed(options: ZoneFeedOptions): ZoneFeed {
  const { client, clock, log, onFacts, onRevision, onServed } = options;
  const stack = createStopStack();
  const parts = { client, clock, log };
  let isSynced = false;

  const namespaces = stack.add(startInformer("namespaces", parts));
  const services = stack.add(startInformer("services", parts));
  const byService = { service: (slice: EndpointSlice) => [serviceKeyOf(slice)] };
  const slices = stack.add(startInformer("endpointslices", { ...parts, indexes: byService }));
  const serviceOf = (slice: EndpointSlice): Service | undefined => services.get(serviceKeyOf(slice));
  const orphans = stack.add(startOrphanWatch({ ...parts, services, slices, serviceKeyOf, onSettled: tellServed }));

  namespaces.onChange(({ before, after }) => {
    onFacts(before === undefined ? [] : namespaceFacts(before), after === undefined ? [] : namespaceFacts(after));
  });
  services.onChange(({ before, after }) => {
    const [key] = [before, after].filter((service) => service !== undefined).map(keyOf);
    const own = slices.by("service", key ?? "");
    const all = (service: Service | undefined): readonly Fact[] => [
      ...serviceFacts(service),
      ...own.flatMap((slice) => sliceFacts(service, slice)),
    ];
    onFacts(all(before), all(after));
    if (isSynced) for (const slice of own) orphans.look(slice);
  });
  slices.onChange((change: Change<EndpointSlice>) => {
    const { before, after } = change;
    onFacts(
      before === undefined ? [] : sliceFacts(serviceOf(before), before),
      after === undefined ? [] : sliceFacts(serviceOf(after), after),
    );
    const slice = after ?? before;
    if (isSynced && slice !== undefined) orphans.look(slice);
  });
  for (const informer of [namespaces, services, slices]) {
    informer.onRevision((revision) => {
      onRevision(revision);
      if (informer === slices) tellServed();
    });
  }

  function tellServed(): void {
    if (isSynced) onServed(Math.min(slices.revision(), orphans.below()));
  }

  const synced = Promise.all([namespaces.synced, services.synced, slices.synced]).then(() => {
    isSynced = true;
    for (const slice of slices.list()) orphans.look(slice);
    tellServed();
  });
  return { synced, isSynced: () => isSynced, stop: () => stack.stop() };
}

/** Key of the service a slice belongs to. */
function serviceKeyOf(slice: EndpointSlice): string {
  return `${slice.metadata.namespace ?? ""}/${slice.metadata.labels?.[labels.serviceName] ?? ""}`;
}
