import { extname } from "node:path";
import { createStopStack, type Clock, type Logger, type Stoppable } from "@ordinal/runtime";
import type { Respond } from "./answers/respond.ts";
import { createServing, type Serving, type ServingParts, type ServingSettings } from "./answers/serving.ts";
import { createForwarder, type Forwarder } from "./forward/forwarder.ts";
import type { ListenAddress } from "./listen/listen.ts";
import { startWorkerPool, type WorkerPool } from "./listen/workers.ts";
import { servingSettings, upstreamSource, type ChangeableOptions, type DnsServerOptions } from "./options.ts";
import type { Observation } from "./observe/observation.ts";
import type { Fact } from "./records/fact.ts";
import {
  helpReplica,
  type ReplicaChange,
  type ReplicaRequest,
  type ReplicaSettings,
  type ReplicaStart,
} from "./replica.ts";
import { startNotifier, type Notifier } from "./transfer/notifier.ts";
import { createTransfer } from "./transfer/transfer.ts";

export interface EngineOptions {
  readonly server: Pick<DnsServerOptions, "listen" | "version" | "clock" | "log">;
  readonly isSynced: () => boolean;
  /** Everything that has been applied and not taken back, for threads that start. */
  readonly facts: () => Iterable<Fact>;
  /** How queries are counted and logged. */
  readonly observed: Pick<Observation, "settings" | "memoryOf" | "configure">;
  /** Where this server answers, once it does. */
  readonly own: () => readonly ListenAddress[];
}

/** What answers, in this thread and in others, and how it is set. */
export interface Engine extends Stoppable {
  readonly respond: Respond;
  readonly serving: Serving;
  /** Makes all threads say `after` instead of `before`. */
  apply(before: readonly Fact[], after: readonly Fact[]): void;
  moveSerial(revision: number): void;
  /** Tells all threads that everything there was at the beginning has been applied. */
  synced(): void;
  /** Calls `then` once no thread answers without what was applied so far. */
  afterApplied(then: () => void): void;
  /** Begins to ask upstreams: when this server answers, so that it can be told from them. */
  startAsking(): Promise<void>;
  startWorkers(count: number, addresses: readonly ListenAddress[]): void;
  /** How many threads answer beside this one. */
  workersServing(): number;
  forwarder(): Forwarder | undefined;
  /** Throws, with everything as it was, where the options cannot be; otherwise gives what they are now. */
  configure(options: ChangeableOptions): Promise<ServingSettings>;
}

/** Of each change of facts that a starting thread is fed. */
const snapshotPart = 1_024;

const replicaProgram = `${import.meta.dirname}/replica-main${extname(import.meta.filename)}`;

/** Throws where a zone is no domain name, a range no range, or a peer no address. */
export function createEngine(options: ChangeableOptions, engine: EngineOptions): Engine {
  const { server, isSynced, facts, own, observed } = engine;
  const { clock, log } = server;
  const stack = createStopStack();
  let isAsking = false;
  let pool: WorkerPool<ReplicaChange> | undefined;
  let current = prepare(options, { clock, log, own });
  let settings = servingSettings(options, server);
  const serving = createServing(settings, partsOf(current));
  let notifier = startNotifierFor(options);

  function partsOf({ forwarder, transfer }: Asked): ServingParts {
    return { isSynced, outside: forwarder, transfer };
  }

  function startNotifierFor({ transferTo = [] }: ChangeableOptions): Notifier | undefined {
    if (transferTo.length === 0) return undefined;
    return startNotifier({ targets: transferTo, zones: () => serving.zones, clock, log });
  }

  function replicaSettings(): ReplicaSettings {
    return {
      serving: settings,
      hasOutside: current.forwarder !== undefined,
      hasTransfer: current.transfer !== undefined,
      observer: observed.settings(),
    };
  }

  function* snapshot(): Generator<ReplicaChange> {
    let part: Fact[] = [];
    for (const fact of facts()) {
      part.push(fact);
      if (part.length < snapshotPart) continue;
      yield { is: "facts", before: [], after: part };
      part = [];
    }
    yield { is: "facts", before: [], after: part };
    yield { is: "serial", serial: serving.serial() };
    if (isSynced()) yield { is: "synced" };
  }

  function afterApplied(then: () => void): void {
    if (pool === undefined) then();
    else pool.afterApplied(then);
  }

  return {
    respond: serving.respond,
    serving,
    apply(before, after) {
      serving.apply(before, after);
      pool?.apply({ is: "facts", before, after });
    },
    moveSerial(revision) {
      if (!serving.moveSerial(revision)) return;
      pool?.apply({ is: "serial", serial: serving.serial() });
      if (isSynced()) notifier?.serialMoved();
    },
    synced() {
      pool?.apply({ is: "synced" });
      // Nobody could have the zones before.
      notifier?.serialMoved();
    },
    afterApplied,
    async startAsking() {
      isAsking = true;
      await current.forwarder?.start();
    },
    startWorkers(count, addresses) {
      if (count === 0) return;
      pool = stack.add(
        startWorkerPool<ReplicaChange>({
          program: replicaProgram,
          count,
          addresses,
          settings: (index): ReplicaStart => ({ ...replicaSettings(), memory: observed.memoryOf(index) }),
          snapshot: () => [...snapshot()],
          help: async (request) =>
            await helpReplica(request as ReplicaRequest, { serving, outside: current.forwarder }),
          clock,
          log,
        }),
      );
    },
    workersServing: () => pool?.serving() ?? 0,
    forwarder: () => current.forwarder,
    async configure(next) {
      const asked = prepare(next, { clock, log, own }, current.forwarder);
      const nextSettings = servingSettings(next, server);
      serving.configure(nextSettings, partsOf(asked));
      const before = current;
      settings = nextSettings;
      current = asked;
      await observed.configure({ ...nextSettings, queryLog: next.queryLog });
      pool?.apply({ is: "settings", settings: replicaSettings() });
      pool?.apply({ is: "serial", serial: serving.serial() });
      // Until then a thread may still ask for what is about to be stopped.
      await new Promise<void>(afterApplied);
      await notifier?.stop();
      notifier = startNotifierFor(next);
      if (isSynced()) notifier?.serialMoved();
      if (before.forwarder !== undefined && asked.forwarder === undefined) await before.forwarder.stop();
      const source = upstreamSource(next);
      if (source !== undefined && before.forwarder === asked.forwarder) await asked.forwarder?.use(source);
      else if (isAsking) await asked.forwarder?.start();
      return nextSettings;
    },
    async stop() {
      await stack.stop();
      await notifier?.stop();
      await current.forwarder?.stop();
    },
  };
}

/** Who is asked beside our own tables. */
interface Asked {
  readonly forwarder: Forwarder | undefined;
  readonly transfer: ReturnType<typeof createTransfer> | undefined;
}

function prepare(
  options: ChangeableOptions,
  parts: { readonly clock: Clock; readonly log: Logger; readonly own: () => readonly ListenAddress[] },
  before?: Forwarder,
): Asked {
  const { transferTo = [] } = options;
  const upstreams = upstreamSource(options);
  return {
    forwarder: upstreams === undefined ? undefined : (before ?? createForwarder({ ...parts, upstreams })),
    transfer: transferTo.length === 0 ? undefined : createTransfer({ allow: transferTo, log: parts.log }),
  };
}
