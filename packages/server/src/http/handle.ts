import { unreachable } from "@ordinal/runtime";
import {
  discoverGroup,
  discoverGroups,
  discoverGroupVersion,
  emptyOpenApiV2,
  listPaths,
  serveOpenApi,
} from "./discover.ts";
import { versionInfo } from "../discovery/version.ts";
import { ok, type Answer, type Exchange } from "./exchange.ts";
import { methodNotAllowed, unknownPath } from "./failures.ts";
import { askNode, showMetrics } from "./node-proxy.ts";
import { serveResource } from "./resource.ts";
import { answerReview } from "./reviews.ts";
import type { Route } from "./route.ts";
import type { Services } from "./services.ts";

/** Answers a request of a known user; undefined when the answer went out as a stream. Throws ApiError. */
export async function handle(services: Services, exchange: Exchange, route: Route): Promise<Answer | undefined> {
  const { method } = exchange;
  if (route.is === "resource") return await serveResource(services, { exchange, route });
  if (route.is === "nothing" || route.is === "health") throw unknownPath();
  if (route.is === "review") {
    if (method !== "POST") throw methodNotAllowed();
    return await answerReview(exchange, route.review);
  }
  if (method !== "GET" && method !== "HEAD") throw methodNotAllowed();
  if (route.is === "node") return await askNode(services, route);
  return await describeServer(services, exchange, route);
}

async function describeServer(
  services: Services,
  exchange: Exchange,
  route: Exclude<Route, { is: "resource" | "review" | "nothing" | "health" | "node" }>,
): Promise<Answer> {
  const { openApi, metrics, version } = services;
  switch (route.is) {
    case "paths":
      return listPaths();
    case "version":
      return ok(versionInfo(version));
    case "metrics":
      return showMetrics(metrics);
    case "groups":
      return discoverGroups(exchange, route.root);
    case "group":
      return discoverGroup(route.group);
    case "group version":
      return discoverGroupVersion(route);
    case "openapi v2":
      return emptyOpenApiV2;
    case "openapi v3":
      return ok(await openApi.index());
    case "openapi v3 document":
      return await serveOpenApi(openApi, { exchange, path: route.path });
    default:
      return unreachable(route);
  }
}
