import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { ApiError, type Pod } from "@ordinal/api";
import type { Ref } from "@ordinal/client";
import type { Target } from "./read.ts";
import type { ResourceRoute } from "./route.ts";
import type { Services } from "./services.ts";

/** GET of `pods/log`: the text goes out as it comes. */
export async function serveLog(services: Services, { exchange, at }: Target & { at: Ref }): Promise<void> {
  await scheduledPod(services, at);
  throw new ApiError("ServiceUnavailable", `no logs of ${podOf(at).pod} yet: ${exchange.query.size}`);
}

/** Opens a stream to a pod over a connection that asked for an upgrade. Throws ApiError while nothing has been answered. */
export async function openStream(
  services: Services,
  {
    upgrade,
    route,
    query,
  }: { readonly upgrade: Upgrade; readonly route: ResourceRoute; readonly query: URLSearchParams },
): Promise<void> {
  const { name, namespace, subresource } = route;
  if (name === undefined || namespace === undefined || !isStream(subresource)) {
    throw new ApiError("BadRequest", "this path cannot be upgraded");
  }
  await scheduledPod(services, { namespace, name });
  throw new ApiError("ServiceUnavailable", `no streams yet: ${query.size} ${upgrade.head.length}`);
}

/** A connection that asks to become something else than HTTP. */
export interface Upgrade {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  /** What the client has sent already. */
  readonly head: Buffer;
}

/** The pod, which must be on a node: only then is there somebody to ask. Source: `registry/core/pod/strategy.go`. */
async function scheduledPod({ registry }: Services, at: Ref): Promise<Pod> {
  const pod = await registry.get("pods", at);
  if (pod.spec.nodeName) return pod;
  throw new ApiError("BadRequest", `pod ${at.name} does not have a host assigned`);
}

function podOf({ namespace = "", name }: Ref): { readonly namespace: string; readonly pod: string } {
  return { namespace, pod: name };
}

function isStream(subresource: string | undefined): subresource is "attach" | "exec" | "portforward" {
  return subresource === "attach" || subresource === "exec" || subresource === "portforward";
}
