import { createStopStack } from "@ordinal/runtime";
import { recordSettings } from "./answers/serving.ts";
import { createEngine } from "./engine.ts";
import { startHeartbeat } from "./feed/heartbeat.ts";
import { withTrimmedObjects } from "./feed/trim.ts";
import { startZoneFeed, type ZoneFeed } from "./feed/zone-feed.ts";
import { createConnections } from "./listen/connections.ts";
import { listenHttps } from "./listen/https.ts";
import { listenBoth, listenShared, show, type ListenAddress } from "./listen/listen.ts";
import type { SecureListener } from "./listen/secure.ts";
import { listenTls } from "./listen/tls.ts";
import { servingSettings, type DnsServer, type DnsServerOptions } from "./options.ts";
import { startLeaseReporter } from "./report/lease-reporter.ts";

/**
 * Serves the names of services and pods. Resolves once it answers on every address; fails, naming the address and the
 * remedy, where one cannot be bound. Never needs the API server again to answer what it has seen.
 */
export async function startDnsServer(options: DnsServerOptions): Promise<DnsServer> {
  const { client, listen, clock, log, workers = 0, reportLease = true } = options;
  const stack = createStopStack();
  return await stack.guard(async () => {
    const addresses: ListenAddress[] = [];
    let feed: ZoneFeed | undefined;
    const engine = stack.add(
      createEngine(options, {
        server: options,
        isSynced: () => feed?.isSynced() ?? false,
        facts: () => feed?.facts() ?? [],
        own: () => addresses,
      }),
    );
    const parts = { respond: engine.respond, clock, log, connections: createConnections({ clock }) };
    const listenAt = workers > 0 ? listenShared : listenBoth;
    for (const at of listen) addresses.push(stack.add(await listenAt(at, parts)).address);
    const secure: SecureListener[] = [];
    const { tls, https } = options;
    if (tls !== undefined) secure.push(stack.add(await listenTls({ ...parts, ...tls, listen: [tls] })));
    if (https !== undefined) secure.push(stack.add(await listenHttps({ ...parts, ...https, listen: [https] })));
    let settings = servingSettings(options, options);
    log.info("DNS answers", { addresses: addresses.map(show), zones: settings.zones });
    await engine.startAsking();
    const heartbeat = stack.add(startHeartbeat({ client, clock, log }));
    // Only now: a revision may be reported as served when there is somebody to serve it.
    const reporter = reportLease ? stack.add(startLeaseReporter({ client: heartbeat.client, clock, log })) : undefined;
    feed = stack.add(
      startZoneFeed({
        client: withTrimmedObjects(heartbeat.client),
        clock,
        log,
        settings: recordSettings(settings),
        onFacts: (before, after) => engine.apply(before, after),
        onRevision: (revision) => engine.moveSerial(revision),
        onServed: (revision) => engine.afterApplied(() => reporter?.report(revision)),
      }),
    );
    engine.startWorkers(workers, addresses);
    const synced = feed.synced.then(() => engine.synced());
    const [secureTls, secureHttps] = tls === undefined ? [undefined, secure[0]] : secure;
    return {
      addresses,
      tls: secureTls?.addresses[0],
      https: secureHttps?.addresses[0],
      http: undefined,
      synced,
      async reconfigure(next) {
        // Pods' names first: who goes over to the pods there are must not deny those that are still to come.
        await feed?.restate(recordSettings(servingSettings(next, options)));
        try {
          settings = await engine.configure(next);
        } catch (error) {
          await feed?.restate(recordSettings(settings));
          throw error;
        }
        log.info("DNS follows other settings", { zones: settings.zones });
      },
      async reloadCertificate(certificate) {
        for (const listener of secure) await listener.reload(certificate);
      },
      stop: () => stack.stop(),
    };
  });
}
