import { once } from "node:events";
import { apiVersionOf, type Kind, type KubeObject } from "@ordinal/api";
import type { WatchEvent } from "@ordinal/client";
import { renderTable } from "../tables/render.ts";
import { chooseShape } from "./accept.ts";
import { readWatchQuery, type WatchQuery } from "./options.ts";
import { present, tableOf, tableOptions, type Presentation, type Target } from "./read.ts";
import { statusOf } from "./respond.ts";
import type { Services } from "./services.ts";

/** How often a client that allows it is told how far it has seen, when nothing else tells it. */
const bookmarkMs = 60_000;

/**
 * Answers with changes, one JSON object per line, until the client goes, its time is up or the server stops. A slow client
 * holds up nobody: the registry keeps a bounded number of changes for it, and then ends its watch with an ERROR event (410).
 */
export async function serveWatch(services: Services, target: Target): Promise<void> {
  const { exchange } = target;
  const shape = chooseShape(exchange.request.headers.accept);
  const query = readWatchQuery(exchange.query);
  const presentation: Presentation = { ...target, services, shape };
  const timeUp = new AbortController();
  const cancelTimeout =
    query.timeoutMs === undefined ? () => {} : services.clock.after(query.timeoutMs, () => timeUp.abort());
  const signal = AbortSignal.any([exchange.signal, timeUp.signal]);
  const lines = createLineWriter(presentation, signal);
  const stopBookmarks = query.allowBookmarks ? startBookmarks(lines, presentation) : () => {};
  try {
    for await (const event of eventsOf(presentation, query, signal)) await lines.write(event);
  } catch (error) {
    if (!signal.aborted) lines.fail(error);
  } finally {
    stopBookmarks();
    cancelTimeout();
    exchange.response.end();
  }
}

async function* eventsOf(
  { services, route }: Presentation,
  query: WatchQuery,
  signal: AbortSignal,
): AsyncGenerator<WatchEvent<KubeObject>, void> {
  const { registry } = services;
  const { plural } = route.kind;
  const where = { ...query.selection, ...(route.namespace === undefined ? {} : { namespace: route.namespace }) };
  let { fromRevision } = query;
  if (query.sendInitialEvents) {
    const { items, revision } = await registry.list(plural, where);
    for (const object of items) yield { type: "ADDED", object, revision };
    yield { type: "BOOKMARK", object: bookmark(route.kind, revision, initialEventsEnd), revision };
    fromRevision = revision;
  }
  yield* registry.watch(plural, { ...where, signal, ...(fromRevision === undefined ? {} : { fromRevision }) });
}

/** Marks the bookmark after everything that existed. Source: `metav1.InitialEventsAnnotationKey`. */
const initialEventsEnd = { annotations: { "k8s.io/initial-events-end": "true" } };

interface LineWriter {
  /** Resolves when there is room for the next. */
  write(event: WatchEvent<KubeObject>): Promise<void>;
  fail(error: unknown): void;
  /** The highest revision the client knows of. */
  sent(): number;
  /** Whether everything is out and the writer waits for the next change. */
  isIdle(): boolean;
}

/** Sends the headers at once: a client waits for them before it believes that the watch stands. */
function createLineWriter(presentation: Presentation, signal: AbortSignal): LineWriter {
  const { services, exchange } = presentation;
  const { response } = exchange;
  let sent = 0;
  let isWriting = false;
  let withColumns = true;
  response.writeHead(200, { "content-type": "application/json", "cache-control": "no-cache, private" });
  response.flushHeaders();

  function encode({ type, object }: WatchEvent<KubeObject>): string {
    if (presentation.shape.as !== "table")
      return `${JSON.stringify({ type, object: present(object, presentation) })}\n`;
    const metadata = { resourceVersion: object.metadata.resourceVersion };
    const rows = type === "BOOKMARK" ? [] : [object];
    const options = tableOptions(presentation, { metadata, withColumns });
    withColumns = false;
    return `${JSON.stringify({ type, object: renderTable(tableOf(presentation.route), rows, options) })}\n`;
  }

  return {
    sent: () => sent,
    isIdle: () => !isWriting,
    async write(event) {
      isWriting = true;
      if (!response.write(encode(event))) await drained(response, signal);
      sent = Math.max(sent, event.revision);
      isWriting = false;
    },
    fail(error) {
      const status = statusOf(error, services.log);
      response.write(`${JSON.stringify({ type: "ERROR", object: status })}\n`);
    },
  };
}

async function drained(response: Presentation["exchange"]["response"], signal: AbortSignal): Promise<void> {
  try {
    await once(response, "drain", { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/**
 * A bookmark carries the revision of one period ago: by then every change up to it has long been handed to this watch, and
 * an idle writer has sent it.
 */
function startBookmarks(lines: LineWriter, { services, route }: Presentation): () => void {
  const { clock, registry } = services;
  let cancel: (() => void) | undefined;

  function arm(revision: number): void {
    cancel = clock.after(bookmarkMs, () => {
      arm(registry.revision());
      if (!lines.isIdle() || lines.sent() >= revision) return;
      void lines.write({ type: "BOOKMARK", object: bookmark(route.kind, revision), revision });
    });
  }

  arm(registry.revision());
  return () => cancel?.();
}

function bookmark(kind: Kind, revision: number, extra: object = {}): KubeObject {
  const metadata = { resourceVersion: String(revision), ...extra } as KubeObject["metadata"];
  return { kind: kind.kind, apiVersion: apiVersionOf(kind), metadata };
}
