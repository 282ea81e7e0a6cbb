import { describeError, type Clock, type Logger, type Stoppable } from "@ordinal/runtime";
import type { Respond } from "../answers/respond.ts";
import { openLineSink } from "./line-sink.ts";
import { createQueryLog } from "./query-log.ts";
import { createQueryMeter } from "./query-meter.ts";

/** How a thread counts and logs. Plain data, so that it can be handed to one. */
export interface ObserverSettings {
  /** The zones counted apart; see `withZones`. */
  readonly zones: readonly string[];
  /** Whether each query is a line on standard output. */
  readonly queryLog: boolean;
}

export interface ObserverParts {
  /** Where to count: memory of `createMeterMemory`. */
  readonly memory: SharedArrayBuffer;
  readonly clock: Clock;
  readonly log: Logger;
  /** The file descriptor that the query log goes to. Defaults to 1, standard output. */
  readonly descriptor?: number;
}

/** Counts the queries of one thread, and logs them while that is wanted. */
export interface Observer extends Stoppable {
  /** To be called once. The query log can be turned on and off all the same, and costs nothing while it is off. */
  wrap(respond: Respond): Respond;
  /** Goes over to other settings, between one query and the next. Never rejects: without a log there is a warning. */
  configure(settings: ObserverSettings): Promise<void>;
}

interface OpenLog extends Stoppable {
  wrap(respond: Respond): Respond;
}

const answerNothing: Respond = () => undefined;

/** Counts from now on; a query log that is wanted begins a moment later. */
export function createObserver(settings: ObserverSettings, parts: ObserverParts): Observer {
  const { memory, log } = parts;
  const meter = createQueryMeter({ zones: settings.zones, memory });
  let isLogWanted = false;
  let open: OpenLog | undefined;
  /** One change of the log after the other. */
  let turning = Promise.resolve();
  let counted = answerNothing;
  let current = counted;

  async function turn(): Promise<void> {
    if (isLogWanted === (open !== undefined)) return;
    if (open !== undefined) {
      const closing = open;
      open = undefined;
      current = counted;
      await closing.stop();
      return;
    }
    try {
      open = await openQueryLog(parts);
      current = open.wrap(counted);
    } catch (error) {
      log.warn("there is no query log, since it cannot be written", { error: describeError(error) });
    }
  }

  async function wantLog(isWanted: boolean): Promise<void> {
    isLogWanted = isWanted;
    turning = turning.then(turn);
    await turning;
  }

  void wantLog(settings.queryLog);
  return {
    wrap(respond) {
      counted = meter.wrap(respond);
      current = open === undefined ? counted : open.wrap(counted);
      return (message, transport, address) => current(message, transport, address);
    },
    async configure(next) {
      meter.configure(next.zones);
      await wantLog(next.queryLog);
    },
    stop: async () => await wantLog(false),
  };
}

async function openQueryLog({ clock, log, descriptor = 1 }: ObserverParts): Promise<OpenLog> {
  const sink = await openLineSink(descriptor);
  const queryLog = createQueryLog({ sink, clock, log });
  return {
    wrap: (respond) => queryLog.wrap(respond),
    async stop() {
      await queryLog.stop();
      await sink.close();
    },
  };
}
