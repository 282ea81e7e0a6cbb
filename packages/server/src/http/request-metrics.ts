import type { Metrics } from "@ordinal/runtime";
import type { Route } from "./route.ts";

/** Upper bounds of the latency buckets, in seconds. Source: apiserver `endpoints/metrics`, thinned. */
const latencyBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Counts requests. */
export interface RequestMetrics {
  /** A request begins; call what comes back with its code when it ends. */
  begin(request: MeasuredRequest): (code: number) => void;
}

interface MeasuredRequest {
  readonly method: string;
  readonly route: Route;
  readonly isWatch: boolean;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Requests by verb, resource and code, how long they took, and those that last. Names as upstream's. */
export function createRequestMetrics(metrics: Metrics): RequestMetrics {
  const total = metrics.counter({ name: "apiserver_request_total", help: "Requests, by verb, resource and code." });
  const seconds = metrics.histogram(
    { name: "apiserver_request_duration_seconds", help: "How long requests took, watches and streams left out." },
    latencyBuckets,
  );
  const open = metrics.gauge({
    name: "apiserver_longrunning_requests",
    help: "Watches and streams that are open now.",
  });
  return {
    begin({ method, route, isWatch, now }) {
      const labels = { verb: verbOf(method, { route, isWatch }), ...resourceLabels(route) };
      const isLong = labels.verb === "WATCH" || labels.verb === "CONNECT";
      const startMs = now();
      if (isLong) open.add(labels, 1);
      return (code) => {
        total.add({ ...labels, code: String(code) });
        if (isLong) open.add(labels, -1);
        else seconds.observe(labels, (now() - startMs) / 1000);
      };
    },
  };
}

const longSubresources: readonly (string | undefined)[] = ["attach", "exec", "log", "portforward"];

function verbOf(method: string, { route, isWatch }: { readonly route: Route; readonly isWatch: boolean }): string {
  if (route.is !== "resource") return method;
  if (longSubresources.includes(route.subresource)) return "CONNECT";
  if (method === "GET" && isWatch) return "WATCH";
  if (route.name !== undefined) return method;
  return method === "GET" ? "LIST" : method === "DELETE" ? "DELETECOLLECTION" : method;
}

function resourceLabels(route: Route): Readonly<Record<string, string>> {
  if (route.is !== "resource") return { group: "", version: "", resource: "", subresource: "" };
  const { kind, subresource = "" } = route;
  return { group: kind.group, version: kind.version, resource: kind.plural, subresource };
}
