import type { Ref } from "@ordinal/client";
import { unreachable } from "@ordinal/runtime";
import type { Answer } from "./exchange.ts";
import { methodNotAllowed, unknownPath, upgradeRequired } from "./failures.ts";
import { isTrue } from "./options.ts";
import { serveLog } from "./pod-connections.ts";
import { getMany, getOne, type Target } from "./read.ts";
import { removeMany, removeOne } from "./remove.ts";
import type { ResourceRoute } from "./route.ts";
import type { Services } from "./services.ts";
import { bindPod, serveScale } from "./subresources.ts";
import { serveWatch } from "./watch.ts";
import { createOne, patchOne, replaceOne } from "./write.ts";

/** Answers a request about objects; undefined when the answer went out as a stream. */
export async function serveResource(services: Services, target: Target): Promise<Answer | undefined> {
  const { route } = target;
  if (route.name === undefined) return await serveCollection(services, target);
  const at: Ref =
    route.namespace === undefined ? { name: route.name } : { namespace: route.namespace, name: route.name };
  return route.subresource === undefined
    ? await serveObject(services, { ...target, at })
    : await servePart(services, { ...target, at });
}

/** Whether a request with this query is a watch. */
export function isWatch(method: string, route: ResourceRoute, query: URLSearchParams): boolean {
  return method === "GET" && route.name === undefined && isTrue(query.get("watch"));
}

async function serveCollection(services: Services, target: Target): Promise<Answer | undefined> {
  const { exchange, route } = target;
  const isEverywhere = route.kind.namespaced && route.namespace === undefined;
  switch (exchange.method) {
    case "GET":
      if (!isWatch("GET", route, exchange.query)) return await getMany(services, target);
      await serveWatch(services, target);
      return undefined;
    case "POST":
      if (isEverywhere) throw methodNotAllowed();
      return await createOne(services, target);
    case "DELETE":
      if (isEverywhere || route.kind.plural === "namespaces") throw methodNotAllowed();
      return await removeMany(services, target);
    default:
      throw methodNotAllowed();
  }
}

async function serveObject(services: Services, target: Target & { at: Ref }): Promise<Answer> {
  switch (target.exchange.method) {
    case "GET":
      return await getOne(services, target);
    case "PUT":
      return await replaceOne(services, target);
    case "PATCH":
      return await patchOne(services, target);
    case "DELETE":
      return await removeOne(services, target);
    default:
      throw methodNotAllowed();
  }
}

async function servePart(services: Services, target: Target & { at: Ref }): Promise<Answer | undefined> {
  const { exchange, route } = target;
  const { method } = exchange;
  switch (route.subresource) {
    case "status":
      if (method === "GET") return await getOne(services, target);
      if (method === "PUT") return await replaceOne(services, target);
      if (method === "PATCH") return await patchOne(services, target);
      throw methodNotAllowed();
    case "finalize":
      if (method === "PUT") return await replaceOne(services, target);
      throw methodNotAllowed();
    case "scale":
      return await serveScale(services, target);
    case "binding":
      if (method === "POST") return await bindPod(services, target);
      throw methodNotAllowed();
    case "log":
      if (method !== "GET") throw methodNotAllowed();
      return await serveLog(services, target);
    case "attach":
    case "exec":
    case "portforward":
      throw upgradeRequired();
    case "token":
    case undefined:
      throw unknownPath();
    default:
      return unreachable(route.subresource);
  }
}
