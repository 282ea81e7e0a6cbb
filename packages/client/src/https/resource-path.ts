import { ApiError, apiVersionOf, kindOf, showSelector, type ResourceName } from "@ordinal/api";
import type { ListOptions, WatchOptions, WriteOptions } from "../client.ts";

export interface Place {
  readonly namespace?: string;
  readonly name?: string;
  readonly subresource?: string;
}

type Parameters = Readonly<Record<string, string | number | boolean | undefined>>;

/** The URL path of a collection, an object or a subresource: `/apis/apps/v1/namespaces/default/statefulsets/web`. */
export function pathOf(resource: ResourceName, place: Place): string {
  const kind = kindOf(resource);
  const { namespace, name, subresource } = place;
  if (kind.namespaced && name !== undefined && (namespace === undefined || namespace === "")) {
    throw new ApiError("BadRequest", "an empty namespace may not be set when a resource name is provided");
  }
  const root = kind.group === "" ? "/api" : "/apis";
  const inNamespace = kind.namespaced && namespace !== undefined && namespace !== "";
  const rest = [...(inNamespace ? ["namespaces", namespace] : []), kind.plural, name, subresource];
  const segments = rest.filter((segment) => segment !== undefined).map(encodeURIComponent);
  return [root, apiVersionOf(kind), ...segments].join("/");
}

/** The query of a list: `?labelSelector=app%3Dweb&limit=500`. */
export function listQuery(options: ListOptions): string {
  return queryOf({ ...selectionOf(options), limit: options.limit, continue: options.continueToken });
}

/** The query of a watch. Bookmarks are asked for, so that a quiet watch does not fall behind the kept history. */
export function watchQuery(options: Omit<WatchOptions, "signal">): string {
  return queryOf({
    ...selectionOf(options),
    watch: true,
    allowWatchBookmarks: true,
    resourceVersion: options.fromRevision,
  });
}

/** The query of a write. */
export function writeQuery(options: WriteOptions): string {
  return queryOf({ dryRun: options.dryRun === true ? "All" : undefined, fieldValidation: options.fieldValidation });
}

function selectionOf({ labelSelector = [], fieldSelector = [] }: ListOptions): Parameters {
  return {
    labelSelector: showSelector(labelSelector) || undefined,
    fieldSelector: showSelector(fieldSelector) || undefined,
  };
}

function queryOf(parameters: Parameters): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) query.set(name, String(value));
  return query.size === 0 ? "" : `?${query.toString()}`;
}
