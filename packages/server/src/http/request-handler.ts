import type { IncomingMessage, ServerResponse } from "node:http";
import { authenticate } from "./authenticate.ts";
import type { Answer, Exchange } from "./exchange.ts";
import { handle } from "./handle.ts";
import { createRequestMetrics } from "./request-metrics.ts";
import { isWatch } from "./resource.ts";
import { addWarning, sendAnswer, statusOf } from "./respond.ts";
import { routeOf, type Route } from "./route.ts";
import type { Services } from "./services.ts";

interface Incoming {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly route: Route;
  readonly query: URLSearchParams;
}

/** Answers every request, failures included. `ending` aborts when the server stops. */
export function createRequestHandler(
  services: Services,
  ending: AbortSignal,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const { clock, log, metrics } = services;
  const requests = createRequestMetrics(metrics);

  async function answer(incoming: Incoming): Promise<Answer | undefined> {
    const { request, response, route, query } = incoming;
    if (route.is === "health") return await services.health.answer(route.endpoint, healthQuery(route, query));
    const user = authenticate(request.socket);
    let signal: AbortSignal | undefined;
    const exchange: Exchange = {
      method: request.method ?? "",
      request,
      response,
      query,
      user,
      // Made when somebody asks for it: few requests last, and for the others it would be much of their cost.
      get signal() {
        return (signal ??= signalOf(response, ending));
      },
      warn: (text) => addWarning(response, text),
    };
    return await handle(services, exchange, route);
  }

  return async (request, response) => {
    const { pathname, searchParams: query } = urlOf(request);
    const route = routeOf(pathname);
    const method = request.method ?? "";
    const isLong = route.is === "resource" && isWatch(method, route, query);
    const end = requests.begin({ method, route, isWatch: isLong, now: () => clock.now() });
    const startMs = clock.now();
    response.once("close", () => {
      end(response.statusCode);
      log.debug("request", { method, path: pathname, code: response.statusCode, ms: clock.now() - startMs });
    });
    try {
      const found = await answer({ request, response, route, query });
      if (found !== undefined) sendAnswer(response, found);
    } catch (error) {
      const status = statusOf(error, log);
      sendAnswer(response, { code: status.code, value: status });
      if (!response.writableEnded) response.end();
    }
  };
}

/** Only path and query: whatever host a client writes is its own affair. */
export function urlOf(request: IncomingMessage): URL {
  const target = request.url ?? "/";
  const fallback = new URL("https://localhost/");
  return target.startsWith("/") ? (URL.parse(`https://localhost${target}`) ?? fallback) : fallback;
}

function signalOf(response: ServerResponse, ending: AbortSignal): AbortSignal {
  const gone = new AbortController();
  if (response.closed) gone.abort();
  else response.once("close", () => gone.abort());
  return AbortSignal.any([ending, gone.signal]);
}

function healthQuery(route: Extract<Route, { is: "health" }>, query: URLSearchParams) {
  const isVerbose = query.has("verbose");
  return {
    verbose: isVerbose,
    exclude: query.getAll("exclude"),
    ...(route.check === undefined ? {} : { check: route.check }),
  };
}
