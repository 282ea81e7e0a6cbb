import type { IncomingHttpHeaders } from "node:http";
import type { KubeObject } from "@ordinal/api";
import type { List, ListOptions } from "@ordinal/client";
import type { Registry } from "../registry/registry.ts";
import type { Exchange } from "./exchange.ts";
import type { ResourceRoute } from "./route.ts";

/**
 * What `kubectl delete` should see of a pod it waits for, when a StatefulSet has made a new one of that name already.
 *
 * kubectl looks for the old pod by uid, then lists and watches by name. Where the deletion falls between the two, the list
 * shows the new pod only, and kubectl waits for that one's end. Other clusters take seconds to make a new pod; here it
 * takes milliseconds. Its list asks for any state (`resourceVersion=0`), so it gets the one right before the deletion,
 * and the deletion with the watch that follows. Source: kubectl `pkg/cmd/wait` IsDeleted.
 */
export async function listForDeleteWait(
  registry: Registry,
  { exchange, route, options }: { exchange: Exchange; route: ResourceRoute; options: ListOptions },
): Promise<List<KubeObject> | undefined> {
  const { headers } = exchange.request;
  if (route.kind.plural !== "pods" || route.namespace === undefined || !isDeleteWait(headers, exchange.query)) {
    return undefined;
  }
  const [only, ...others] = options.fieldSelector ?? [];
  if (only?.operator !== "in" || only.key !== "metadata.name" || others.length > 0) return undefined;
  return await registry.listPodBeforeDeletion({ namespace: route.namespace, name: only.values[0] ?? "" });
}

function isDeleteWait(headers: IncomingHttpHeaders, query: URLSearchParams): boolean {
  return headers["kubectl-command"] === "kubectl delete" && query.get("resourceVersion") === "0";
}
