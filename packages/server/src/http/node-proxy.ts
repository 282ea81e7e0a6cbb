import type { Metrics } from "@ordinal/runtime";
import { ok, type Answer } from "./exchange.ts";
import { unknownPath } from "./failures.ts";
import type { Route } from "./route.ts";
import type { Services } from "./services.ts";

/** What a kubelet answers itself, behind `/api/v1/nodes/<node>/proxy/`. */
export interface NodeAnswers {
  /** The JSON value at a path such as `stats/summary`; undefined where there is nothing. The node is known to exist. */
  get(path: string): unknown;
}

/** Answers in the node's stead. Its metrics are the server's own, because there is one process. */
export async function askNode(
  { registry, metrics, node }: Services,
  route: Extract<Route, { is: "node" }>,
): Promise<Answer> {
  await registry.get("nodes", { name: route.node });
  if (route.path === "metrics") return showMetrics(metrics);
  const value = node?.get(route.path);
  if (value === undefined) throw unknownPath();
  return ok(value);
}

/** Figures in the text format of Prometheus. */
export function showMetrics(metrics: Metrics): Answer {
  return {
    code: 200,
    bytes: metrics.render(),
    headers: { "content-type": "text/plain; version=0.0.4; charset=utf-8" },
  };
}
