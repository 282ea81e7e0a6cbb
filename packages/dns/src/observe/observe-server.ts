import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { isIP, type AddressInfo } from "node:net";
import { nodeHttp, type Clock, type Logger, type Metrics, type Stoppable } from "@ordinal/runtime";
import { inWords, type ListenAddress } from "../listen/listen.ts";
import { describeKnowledge, healthOf, knowledgeJson, readinessOf, type Verdict } from "./health.ts";
import type { Knowledge } from "./knowledge.ts";

export interface ObserveServerOptions {
  /** One address, usually of the loopback interface: who reaches it can read the names of the zones. Port 0 draws one. */
  readonly listen: ListenAddress;
  readonly metrics: Metrics;
  readonly knowledge: () => Knowledge;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface ObserveServer extends Stoppable {
  readonly address: ListenAddress;
  /** From now on it tells to ask another server, so that nobody is left asking when this one ends. */
  beginLameduck(): void;
}

/** What is answered to a path. */
interface Page {
  readonly code: number;
  readonly type: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const text = "text/plain; charset=utf-8";
const paths = ["/metrics", "/health", "/ready", "/livez", "/readyz"];

/** Enough for scrapers and probes; who opens more is not served. */
const maxConnections = 64;
/** How long a request may take to arrive, and a connection to stay without one. Source: CoreDNS plugin/health. */
const patienceMs = 5_000;
/** How long answers under way may take to end after `stop`. */
const stopGraceMs = 500;

/**
 * Serves figures and health over HTTP: `/metrics` for Prometheus, `/health` (`/livez`) and `/ready` (`/readyz`), which say
 * more with `?verbose`, and in JSON to who accepts that. Fails, naming the address and the remedy, where it cannot be bound.
 */
export async function startObserveServer(options: ObserveServerOptions): Promise<ObserveServer> {
  const { listen, metrics, knowledge, clock, log } = options;
  let isLameduck = false;

  function pageOf(request: IncomingMessage): Page {
    const { method = "", headers, url = "/" } = request;
    if (!isTrustedHost(headers.host)) return plain(403, `ask by address, not by name: ${JSON.stringify(headers.host)}`);
    if (method !== "GET" && method !== "HEAD") return { ...plain(405, "GET or HEAD"), headers: { allow: "GET, HEAD" } };
    const [path = "", search = ""] = url.split("?", 2);
    const how = { isVerbose: new URLSearchParams(search).has("verbose"), isJson: acceptsJson(headers.accept) };
    switch (path) {
      case "/metrics":
        return { code: 200, type: "text/plain; version=0.0.4; charset=utf-8", body: metrics.render() };
      case "/health":
      case "/livez":
        return verdictPage(healthOf(isLameduck), knowledge(), how);
      case "/ready":
      case "/readyz":
        return verdictPage(readinessOf(knowledge(), isLameduck), knowledge(), how);
      default:
        return plain(404, `not here; there are ${paths.join(" ")}`);
    }
  }

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const { code, type, body, headers = {} } = pageOf(request);
    const length = Buffer.byteLength(body);
    response.writeHead(code, {
      "content-type": type,
      "content-length": length,
      "cache-control": "no-store",
      ...headers,
    });
    response.end(request.method === "HEAD" ? undefined : body);
  }

  const server = nodeHttp().createServer(
    {
      headersTimeout: patienceMs,
      requestTimeout: patienceMs,
      keepAliveTimeout: patienceMs,
      connectionsCheckingInterval: 1_000,
      maxHeaderSize: 8_192,
    },
    answer,
  );
  server.maxConnections = maxConnections;
  const port = await inWords("metrics and health", listen, async () => await bind(server, listen));
  server.on("error", (error) =>
    log.warn("a connection for metrics or health could not be accepted", { error: error.message }),
  );
  return {
    address: { host: listen.host, port },
    beginLameduck() {
      isLameduck = true;
    },
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const cancel = clock.after(stopGraceMs, () => server.closeAllConnections());
      await closed;
      cancel();
    },
  };
}

async function bind(server: Server, { host, port }: ListenAddress): Promise<number> {
  return await new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port }, () => {
      server.removeListener("error", reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function verdictPage(
  { isGood, summary }: Verdict,
  knowledge: Knowledge,
  { isVerbose, isJson }: { readonly isVerbose: boolean; readonly isJson: boolean },
): Page {
  const code = isGood ? 200 : 503;
  if (isJson)
    return {
      code,
      type: "application/json",
      body: `${JSON.stringify({ status: summary, ...knowledgeJson(knowledge) })}\n`,
    };
  // Exactly `OK`, as CoreDNS says it, to who asks for nothing more.
  return isVerbose
    ? plain(code, [summary, ...describeKnowledge(knowledge)].join("\n"))
    : { code, type: text, body: summary };
}

function plain(code: number, words: string): Page {
  return { code, type: text, body: `${words}\n` };
}

/**
 * Whether a Host header is an address or localhost. A page in a browser can have its own name resolved to a loopback
 * address, and would then read what is here (DNS rebinding); but the name it asks for stays its own. Programs that send no
 * Host at all are no browsers.
 */
function isTrustedHost(header: string | undefined): boolean {
  if (header === undefined) return true;
  const host = /^(?:\[(?<v6>[^\]]*)\]|(?<other>[^:]*))(?::\d{1,5})?$/.exec(header)?.groups;
  const name = host?.["v6"] ?? host?.["other"] ?? "";
  return isIP(name) !== 0 || name.toLowerCase() === "localhost";
}

function acceptsJson(accept: string | undefined): boolean {
  return (
    accept !== undefined && accept.split(",").some((each) => each.trim().toLowerCase().startsWith("application/json"))
  );
}
