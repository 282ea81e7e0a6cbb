import { hostname } from "node:os";
import type { Client } from "@ordinal/client";
import { createStopStack, type Clock, type Logger, type Stoppable } from "@ordinal/runtime";
import { createServing, recordSettings } from "./answers/serving.ts";
import { withContactLog } from "./feed/contact.ts";
import { withTrimmedObjects } from "./feed/trim.ts";
import { startZoneFeed, type ZoneFeed } from "./feed/zone-feed.ts";
import { listenBoth, show, type ListenAddress } from "./listen/listen.ts";
import { startLeaseReporter } from "./report/lease-reporter.ts";

export interface DnsServerOptions {
  /** Any Kubernetes API server; reads namespaces, services and endpointslices of discovery.k8s.io/v1. */
  readonly client: Client;
  /** Where to answer, over UDP and TCP each; port 0 draws one that is free for both. */
  readonly listen: readonly ListenAddress[];
  /** Zones served from the same data. Defaults to `cluster.local`. */
  readonly zones?: readonly string[];
  /** How long answers, and misses, may be remembered. Defaults to 5. */
  readonly ttlSeconds?: number;
  readonly clock: Clock;
  readonly log: Logger;
  /** Whether to tell in the Lease kube-system/ordinal-dns which revision is served. Defaults to true. */
  readonly reportLease?: boolean;
}

export interface DnsServer extends Stoppable {
  /** Where it answers, in the order asked for, with the ports that were drawn. */
  readonly addresses: readonly ListenAddress[];
  /** Resolves when the first look at the API is done; until then names of the zones are answered SERVFAIL. */
  readonly synced: Promise<void>;
}

/**
 * Serves the names of services and pods. Resolves once it answers on every address; fails, naming the address and the
 * remedy, where one cannot be bound. Never needs the API server again to answer what it has seen.
 */
export async function startDnsServer(options: DnsServerOptions): Promise<DnsServer> {
  const { client, listen, zones = ["cluster.local"], ttlSeconds = 5, clock, log, reportLease = true } = options;
  const nameServers = listen.map(({ host }) => host).filter((host) => host !== "0.0.0.0" && host !== "::");
  let feed: ZoneFeed | undefined;
  const settings = {
    zones,
    ttlSeconds,
    podNames: "verified" as const,
    reverseRanges: [],
    externalZones: [],
    nameServers,
    identity: { version: "Ordinal", hostname: hostname() },
  };
  const serving = createServing(settings, { isSynced: () => feed?.isSynced() ?? false });
  const stack = createStopStack();
  return await stack.guard(async () => {
    const { respond } = serving;
    const addresses: ListenAddress[] = [];
    for (const at of listen) addresses.push(stack.add(await listenBoth(at, { respond, clock, log })).address);
    log.info("DNS answers", { addresses: addresses.map(show), zones });

    // Only now: a revision may be reported as served when there is somebody to serve it.
    const reporter = reportLease ? stack.add(startLeaseReporter({ client, clock, log })) : undefined;
    feed = stack.add(
      startZoneFeed({
        client: withTrimmedObjects(withContactLog(client, log)),
        clock,
        log,
        settings: recordSettings(settings),
        onFacts: (before, after) => serving.apply(before, after),
        onRevision: (revision) => serving.moveSerial(revision),
        onServed: (revision) => reporter?.report(revision),
      }),
    );
    return { addresses, synced: feed.synced, stop: () => stack.stop() };
  });
}
