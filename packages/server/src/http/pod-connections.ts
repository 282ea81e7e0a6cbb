import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { ApiError, type Pod } from "@ordinal/api";
import type { Ref } from "@ordinal/client";
import { acceptStream } from "../streams/accept-stream.ts";
import { sendLog } from "../streams/send-log.ts";
import type { Answer } from "./exchange.ts";
import type { Target } from "./read.ts";
import type { ResourceRoute } from "./route.ts";
import type { Services } from "./services.ts";

/**
 * GET of `pods/log`: the text goes out as it comes. A pod that is on no node has written nothing yet.
 * Source of the texts here: `registry/core/pod/strategy.go`.
 */
export async function serveLog(
  services: Services,
  { exchange, at }: Target & { at: Ref },
): Promise<Answer | undefined> {
  const { request, response, query, signal } = exchange;
  const { registry, streams, clock, log } = services;
  const pod = await registry.get("pods", at);
  checkContainer(pod, query.get("container"));
  if (!pod.spec.nodeName) return { code: 200, bytes: "", headers: { "content-type": "text/plain" } };
  const { namespace = "", name } = at;
  // A followed log has no end of its own that stopping the server could wait for.
  signal.addEventListener("abort", () => response.destroy(), { once: true });
  await sendLog({ request, response, query, streams, clock, log, target: { namespace, pod: name } });
  return undefined;
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
  const { registry, streams, clock, log } = services;
  const pod = await registry.get("pods", { namespace, name });
  if (subresource !== "portforward") checkContainer(pod, query.get("container"));
  if (!pod.spec.nodeName) throw new ApiError("BadRequest", `pod ${name} does not have a host assigned`);
  await acceptStream({ ...upgrade, query, streams, clock, log, target: { namespace, pod: name, verb: subresource } });
}

/** A connection that asks to become something else than HTTP. */
export interface Upgrade {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  /** What the client has sent already. */
  readonly head: Buffer;
}

/** Refuses a container the pod does not have, and silence about which one where there are several. */
function checkContainer({ metadata, spec }: Pod, container: string | null): void {
  const all = [...spec.containers, ...(spec.initContainers ?? []), ...(spec.ephemeralContainers ?? [])];
  if (container) {
    if (all.some(({ name }) => name === container)) return;
    throw new ApiError("BadRequest", `container ${container} is not valid for pod ${metadata.name}`);
  }
  if (spec.containers.length === 1) return;
  const initial =
    spec.initContainers === undefined ? "" : ` or one of the init containers: [${names(spec.initContainers)}]`;
  throw new ApiError(
    "BadRequest",
    `a container name must be specified for pod ${metadata.name}, choose one of: [${names(spec.containers)}]${initial}`,
  );
}

function names(containers: Pod["spec"]["containers"]): string {
  return containers.map(({ name }) => name).join(" ");
}

function isStream(subresource: string | undefined): subresource is "attach" | "exec" | "portforward" {
  return subresource === "attach" || subresource === "exec" || subresource === "portforward";
}
