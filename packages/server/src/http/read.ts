import { apiVersionOf, type KubeObject } from "@ordinal/api";
import type { List } from "@ordinal/client";
import { unreachable } from "@ordinal/runtime";
import { printerOf } from "../tables/printers.ts";
import { partialMetadata, renderTable, type TableMetadata, type TableOptions } from "../tables/render.ts";
import type { TablePrinter } from "../tables/table.ts";
import { chooseShape, type Shape } from "./accept.ts";
import { listForDeleteWait } from "./delete-wait.ts";
import { ok, type Answer, type Exchange } from "./exchange.ts";
import { checkExact, readListOptions } from "./options.ts";
import type { ResourceRoute } from "./route.ts";
import type { Services } from "./services.ts";

type Names = { readonly namespace?: string; readonly name: string };

/** GET of one object. */
export async function getOne(services: Services, { exchange, route, at }: Target & { at: Names }): Promise<Answer> {
  const shape = chooseShape(exchange.request.headers.accept);
  const object = await services.registry.get(route.kind.plural, at);
  return ok(present(object, { services, exchange, route, shape }));
}

/** GET of many. */
export async function getMany(services: Services, { exchange, route }: Target): Promise<Answer> {
  const shape = chooseShape(exchange.request.headers.accept);
  const options = {
    ...readListOptions(exchange.query),
    ...(route.namespace === undefined ? {} : { namespace: route.namespace }),
  };
  const { registry } = services;
  const awaited = await listForDeleteWait(registry, { exchange, route, options });
  const list = awaited ?? (await registry.list(route.kind.plural, options));
  checkExact(exchange.query, list.revision);
  return ok(presentList(list, { services, exchange, route, shape }));
}

export interface Target {
  readonly exchange: Exchange;
  readonly route: ResourceRoute;
}

export interface Presentation extends Target {
  readonly services: Services;
  readonly shape: Shape;
}

/** One object in the shape the client asked for; as a table by this printer, or else by that of its kind. */
export function present(object: KubeObject, presentation: Presentation, printer?: TablePrinter): unknown {
  const { shape, route } = presentation;
  switch (shape.as) {
    case "object":
      return object;
    case "metadata":
      return partialMetadata(object, shape.apiVersion);
    case "table": {
      const metadata = { resourceVersion: object.metadata.resourceVersion };
      return renderTable(printer ?? tableOf(route), [object], tableOptions(presentation, { metadata }));
    }
    default:
      return unreachable(shape);
  }
}

/** A list in the shape the client asked for. */
function presentList(list: List<KubeObject>, presentation: Presentation): unknown {
  const { shape, route } = presentation;
  const metadata = listMetadata(list);
  switch (shape.as) {
    case "object":
      return { kind: `${route.kind.kind}List`, apiVersion: apiVersionOf(route.kind), metadata, items: list.items };
    case "metadata": {
      const items = list.items.map((object) => partialMetadata(object, shape.apiVersion));
      return { kind: "PartialObjectMetadataList", apiVersion: shape.apiVersion, metadata, items };
    }
    case "table":
      return renderTable(tableOf(route), list.items, tableOptions(presentation, { metadata }));
    default:
      return unreachable(shape);
  }
}

/** How objects of this route are shown. */
export function tableOf({ kind }: ResourceRoute): TablePrinter {
  return printerOf(kind.plural);
}

/** How tables are drawn for this client, now. */
export function tableOptions(
  { services, exchange, shape }: Presentation,
  { metadata, withColumns = true }: { readonly metadata: TableMetadata; readonly withColumns?: boolean },
): TableOptions {
  const asked = exchange.query.get("includeObject");
  return {
    apiVersion: shape.as === "object" ? "meta.k8s.io/v1" : shape.apiVersion,
    includeObject: asked === "None" || asked === "Object" ? asked : "Metadata",
    metadata,
    nowMs: services.clock.now(),
    withColumns,
  };
}

function listMetadata({ revision, continueToken, remaining }: List<KubeObject>): TableMetadata {
  return {
    resourceVersion: String(revision),
    ...(continueToken === undefined ? {} : { continue: continueToken }),
    ...(remaining === undefined || remaining === 0 ? {} : { remainingItemCount: remaining }),
  };
}
