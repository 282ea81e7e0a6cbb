import { apiVersionOf, isApiError, type Kind, type KubeObject, type Status } from "@ordinal/api";
import type { Ref } from "@ordinal/client";
import { readOptionalObject } from "./body.ts";
import { ok, type Answer } from "./exchange.ts";
import { readDeleteOptions, readSelection } from "./options.ts";
import type { Target } from "./read.ts";
import type { Services } from "./services.ts";

/** DELETE of one object: the object while it is still going, else a Status with its uid. */
export async function removeOne(services: Services, { exchange, route, at }: Target & { at: Ref }): Promise<Answer> {
  const options = readDeleteOptions(exchange.query, await readOptionalObject(exchange));
  const { registry } = services;
  const object = await registry.delete(route.kind.plural, at, { ...options, onWarning: exchange.warn });
  const isGoing =
    object.metadata.deletionTimestamp !== undefined && (await isStillThere(services, { object, kind: route.kind, at }));
  return ok(isGoing ? object : goneStatus(route.kind, object));
}

/** DELETE of everything that matches: the list of what was there. */
export async function removeMany(services: Services, { exchange, route }: Target): Promise<Answer> {
  const options = readDeleteOptions(exchange.query, await readOptionalObject(exchange));
  const { registry } = services;
  const { kind, namespace } = route;
  const where = { ...readSelection(exchange.query), ...(namespace === undefined ? {} : { namespace }) };
  const { items, revision } = await registry.list(kind.plural, where);
  const removed: KubeObject[] = [];
  for (const { metadata } of items) {
    const at = kind.namespaced ? { namespace: metadata.namespace ?? "", name: metadata.name } : { name: metadata.name };
    try {
      removed.push(await registry.delete(kind.plural, at, options));
    } catch (error) {
      if (!isApiError(error, "NotFound")) throw error;
    }
  }
  const metadata = { resourceVersion: String(revision) };
  return ok({ kind: `${kind.kind}List`, apiVersion: apiVersionOf(kind), metadata, items: removed });
}

async function isStillThere(
  { registry }: Services,
  { object, kind, at }: { readonly object: KubeObject; readonly kind: Kind; readonly at: Ref },
): Promise<boolean> {
  try {
    return (await registry.get(kind.plural, at)).metadata.uid === object.metadata.uid;
  } catch (error) {
    if (isApiError(error, "NotFound")) return false;
    throw error;
  }
}

function goneStatus({ group, plural }: Kind, { metadata }: KubeObject): Status {
  const { name, uid } = metadata;
  const details = { name, ...(group === "" ? {} : { group }), kind: plural, uid };
  return { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", details };
}
