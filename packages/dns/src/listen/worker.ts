import { parentPort, workerData, type MessagePort } from "node:worker_threads";
import { describeError, systemClock, type Logger } from "@ordinal/runtime";
import type { Respond } from "../answers/respond.ts";
import { createConnections } from "./connections.ts";
import { joinBoth } from "./listen.ts";
import type { FromWorker, LogLevel, ToWorker, WorkerStart } from "./worker-messages.ts";

/** One thread's copy of what is served, and the way from a query to its answer. */
export interface Replica<Change> {
  readonly respond: Respond;
  /** Puts a change in force at once. It comes as it was given to `WorkerPool.apply`, in the same order. */
  apply(change: Change): void;
}

/** What a replica is made with. */
export interface ReplicaParts<Settings> {
  readonly settings: Settings;
  /**
   * Asks the main thread for what only that can do (`WorkerPoolOptions.help`). Whatever goes either way is copied. Rejects
   * where too much is under way.
   */
  readonly ask: (request: unknown) => Promise<unknown>;
  readonly log: Logger;
}

/** Requests to the main thread under way, at most. */
const requestLimit = 4_096;

/**
 * The program of a thread: keeps a replica true to the main thread's changes, and answers from it over UDP and TCP at the
 * addresses that are shared, once it has been told everything.
 */
export function runWorker<Settings, Change>(createReplica: (parts: ReplicaParts<Settings>) => Replica<Change>): void {
  const port = parentPort;
  if (port === null) throw new Error("this is the program of a thread; startWorkerPool starts it");
  const { addresses, settings } = workerData as WorkerStart;
  const log = createLogger(port, {});
  const waiting = new Map<number, (help: unknown) => void>();
  let requests = 0;

  async function ask(request: unknown): Promise<unknown> {
    if (waiting.size >= requestLimit) throw new Error("the main thread has not answered too many requests");
    requests += 1;
    const id = requests;
    const { promise, resolve } = Promise.withResolvers<unknown>();
    waiting.set(id, resolve);
    tell(port, { is: "request", id, request });
    return await promise;
  }

  const replica = createReplica({ settings: settings as Settings, ask, log });

  async function listen(): Promise<void> {
    const parts = { respond: replica.respond, clock: systemClock, log };
    const connections = createConnections({ clock: systemClock });
    for (const at of addresses) await joinBoth(at, { ...parts, connections });
    tell(port, { is: "serving" });
  }

  port.on("message", (message: ToWorker) => {
    switch (message.is) {
      case "changes":
        for (const change of message.changes) replica.apply(change as Change);
        tell(port, { is: "applied" });
        return;
      case "listen":
        // What fails here ends the thread, and its starter hears why.
        void listen();
        return;
      case "help":
        waiting.get(message.id)?.(message.help);
        waiting.delete(message.id);
        return;
    }
  });
}

function tell(port: MessagePort | null, message: FromWorker): void {
  port?.postMessage(message);
}

/** Lines are written by the main thread. */
function createLogger(port: MessagePort, always: Readonly<Record<string, unknown>>): Logger {
  const send = (level: LogLevel, message: string, fields: Readonly<Record<string, unknown>> = {}): void => {
    tell(port, { is: "log", level, message, fields: plain({ ...always, ...fields }) });
  };
  return {
    debug: (message, fields) => send("debug", message, fields),
    info: (message, fields) => send("info", message, fields),
    warn: (message, fields) => send("warn", message, fields),
    error: (message, fields) => send("error", message, fields),
    child: (fields) => createLogger(port, { ...always, ...fields }),
  };
}

/** Only data can be sent; functions cannot, and errors lose their names. */
function plain(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, value instanceof Error ? describeError(value) : value]),
  );
}
