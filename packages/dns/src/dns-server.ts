import { createStopStack } from "@ordinal/runtime";
import { recordSettings } from "./answers/serving.ts";
import { createEngine, type Engine } from "./engine.ts";
import { startHeartbeat } from "./feed/heartbeat.ts";
import { withTrimmedObjects } from "./feed/trim.ts";
import { startZoneFeed, type ZoneFeed } from "./feed/zone-feed.ts";
import { createConnections } from "./listen/connections.ts";
import { listenHttps } from "./listen/https.ts";
import { listenBoth, listenShared, show, type ListenAddress } from "./listen/listen.ts";
import type { SecureListener } from "./listen/secure.ts";
import { listenTls } from "./listen/tls.ts";
import type { Knowledge } from "./observe/knowledge.ts";
import { createObservation, type Observation } from "./observe/observation.ts";
import { addressesKnown, serverLabels, zonesKnown, type Answering } from "./observe/server-knowledge.ts";
import { servingSettings, type DnsServer, type DnsServerOptions } from "./options.ts";
import { startLeaseReporter } from "./report/lease-reporter.ts";

/**
 * Serves the names of services and pods. Resolves once it answers on every address; fails, naming the address and the
 * remedy, where one cannot be bound. Never needs the API server again to answer what it has seen.
 */
export async function startDnsServer(options: DnsServerOptions): Promise<DnsServer> {
  const { client, listen, clock, log, workers = 0, reportLease = true, lameduckSeconds = 0 } = options;
  const stack = createStopStack();
  return await stack.guard(async () => {
    const plain: ListenAddress[] = [];
    const secure: { tls?: SecureListener; https?: SecureListener } = {};
    const answering = (): Answering => ({
      plain,
      tls: secure.tls?.addresses ?? [],
      https: secure.https?.addresses ?? [],
    });
    let settings = servingSettings(options, options);
    let feed: ZoneFeed | undefined;
    let servedRevision: number | undefined;
    const connections = createConnections({ clock });
    const heartbeat = stack.add(startHeartbeat({ client, clock, log }));
    const observation: Observation = stack.add(
      createObservation(
        { ...settings, queryLog: options.queryLog },
        {
          clock,
          log,
          knowledge,
          forward: () => engine.forwarder()?.counters(),
          servers: () => serverLabels(answering()),
        },
      ),
    );
    const engine: Engine = stack.add(
      createEngine(options, {
        server: options,
        isSynced: () => feed?.isSynced() ?? false,
        facts: () => feed?.facts() ?? [],
        observed: observation,
        own: () => plain,
      }),
    );

    function knowledge(): Knowledge {
      return {
        isSynced: feed?.isSynced() ?? false,
        servedRevision,
        api: { isConnected: heartbeat.isConnected(), silentMs: heartbeat.silentMs() },
        zones: zonesKnown(engine.serving),
        addresses: addressesKnown(answering()),
        workers: engine.workersServing(),
        connections: connections.size,
      };
    }

    const parts = { respond: observation.wrap(engine.respond), clock, log, connections };
    const listenAt = workers > 0 ? listenShared : listenBoth;
    for (const at of listen) plain.push(stack.add(await listenAt(at, parts)).address);
    const { tls, https } = options;
    if (tls !== undefined) secure.tls = stack.add(await listenTls({ ...parts, ...tls, listen: [tls] }));
    if (https !== undefined) secure.https = stack.add(await listenHttps({ ...parts, ...https, listen: [https] }));
    const http = options.http === undefined ? undefined : await observation.serve(options.http);
    log.info("DNS answers", { addresses: plain.map(show), zones: settings.zones });
    await engine.startAsking();
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
        onServed(revision) {
          engine.afterApplied(() => {
            servedRevision = revision;
            reporter?.report(revision);
          });
        },
        onSlice: (change, service) => engine.afterApplied(() => observation.sliceServed(change, service)),
      }),
    );
    engine.startWorkers(workers, plain);
    const synced = feed.synced.then(() => engine.synced());
    return {
      addresses: plain,
      tls: secure.tls?.addresses[0],
      https: secure.https?.addresses[0],
      http: http?.address,
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
        for (const listener of Object.values(secure)) await listener.reload(certificate);
      },
      async stop() {
        http?.beginLameduck();
        if (lameduckSeconds > 0) await clock.sleep(1_000 * lameduckSeconds);
        await stack.stop();
      },
    };
  });
}
