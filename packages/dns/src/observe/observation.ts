import type { EndpointSlice, Service } from "@ordinal/api";
import type { Change } from "@ordinal/client";
import { createMetrics, createStopStack, type Clock, type Logger, type Stoppable } from "@ordinal/runtime";
import type { Respond } from "../answers/respond.ts";
import type { ForwardCounters } from "../forward/counters.ts";
import type { ListenAddress } from "../listen/listen.ts";
import { addForwardMetrics } from "./forward-metrics.ts";
import type { Knowledge } from "./knowledge.ts";
import { startObserveServer, type ObserveServer } from "./observe-server.ts";
import { createObserver, type ObserverSettings } from "./observer.ts";
import { createProgrammingLatency } from "./programming-latency.ts";
import { addSnapshots, createMeterMemory, readMeterMemory, withZones } from "./query-meter.ts";
import { addQueryMetrics, type Servers } from "./query-metrics.ts";
import { addServerMetrics } from "./server-metrics.ts";

/** What of the server's settings decides how it is observed. */
export interface ObservedSettings {
  /** Cluster zones. */
  readonly zones: readonly string[];
  readonly externalZones?: readonly string[] | undefined;
  readonly queryLog?: boolean | undefined;
}

export interface ObservationParts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly knowledge: () => Knowledge;
  /** What upstreams and the cache do; nothing while nobody is asked. */
  readonly forward: () => ForwardCounters | undefined;
  /** What answers over each transport, as CoreDNS writes it: `dns://127.0.0.1:53`. Asked for at each scrape. */
  readonly servers: () => Servers;
}

/** Figures, health and query log of a whole server. */
export interface Observation extends Stoppable {
  /** Counts what the main thread answers; to be called once. */
  wrap(respond: Respond): Respond;
  /** To be told of each change to a slice once it is served by all threads, with the slice's service. */
  readonly sliceServed: (change: Change<EndpointSlice>, service: Service | undefined) => void;
  /** What the observer of each thread is made with, and goes over to after `configure`. */
  settings(): ObserverSettings;
  /** Where the thread of this number counts, also after it was started again. */
  memoryOf(thread: number): SharedArrayBuffer;
  configure(settings: ObservedSettings): Promise<void>;
  /** Serves all that over HTTP. Fails, naming the address and the remedy, where it cannot be bound. */
  serve(listen: ListenAddress): Promise<ObserveServer>;
}

/** Reverse names are answered with authority whatever the ranges are; they are counted as CoreDNS' zones of that name. */
const reverseZones = ["in-addr.arpa", "ip6.arpa"];

export function createObservation(initial: ObservedSettings, parts: ObservationParts): Observation {
  const { clock, log, knowledge, forward, servers } = parts;
  const stack = createStopStack();
  let settings = settingsOf([], initial);
  const memory = createMeterMemory();
  const threads = new Map<number, SharedArrayBuffer>();
  const metrics = createMetrics();
  addQueryMetrics(metrics, {
    zones: () => settings.zones,
    servers,
    read: () => addSnapshots([memory, ...threads.values()].map(readMeterMemory)),
  });
  const sliceServed = createProgrammingLatency(metrics, clock);
  addForwardMetrics(metrics, forward);
  addServerMetrics(metrics, { read: knowledge, startMs: clock.now() });
  const observer = stack.add(createObserver(settings, { memory, clock, log }));

  return {
    wrap: (respond) => observer.wrap(respond),
    sliceServed,
    settings: () => settings,
    memoryOf(thread) {
      const known = threads.get(thread) ?? createMeterMemory();
      threads.set(thread, known);
      return known;
    },
    async configure(next) {
      settings = settingsOf(settings.zones, next);
      await observer.configure(settings);
    },
    serve: async (listen) => stack.add(await startObserveServer({ listen, metrics, knowledge, clock, log })),
    stop: () => stack.stop(),
  };
}

function settingsOf(
  known: readonly string[],
  { zones, externalZones = [], queryLog = false }: ObservedSettings,
): ObserverSettings {
  return { zones: withZones(known, [...zones, ...externalZones, ...reverseZones]), queryLog };
}
