import { apiVersionOf, kinds, type Kind, type Subresource } from "@ordinal/api";
import { reviews, type Review } from "../discovery/reviews.ts";

/** What a path means. */
export type Route =
  | { readonly is: "health"; readonly endpoint: HealthEndpoint; readonly check?: string }
  | { readonly is: "metrics" | "version" | "paths" }
  | { readonly is: "groups"; readonly root: "api" | "apis" }
  | { readonly is: "group"; readonly group: string }
  | { readonly is: "group version"; readonly group: string; readonly version: string }
  | { readonly is: "openapi v2" | "openapi v3" }
  | { readonly is: "openapi v3 document"; readonly path: string }
  | { readonly is: "review"; readonly review: Review; readonly namespace?: string }
  | { readonly is: "node"; readonly node: string; readonly path: string }
  | ({ readonly is: "resource" } & ResourceRoute)
  | { readonly is: "nothing" };

export type HealthEndpoint = "livez" | "readyz" | "healthz";

/** A place among the objects: all of a kind, those of a namespace, one object, or a part of one. */
export interface ResourceRoute {
  readonly kind: Kind;
  readonly namespace?: string;
  readonly name?: string;
  readonly subresource?: Subresource;
}

const plainRoutes: Readonly<Record<string, Route>> = {
  "/": { is: "paths" },
  "/metrics": { is: "metrics" },
  "/version": { is: "version" },
  "/api": { is: "groups", root: "api" },
  "/apis": { is: "groups", root: "apis" },
  "/openapi/v2": { is: "openapi v2" },
  "/openapi/v3": { is: "openapi v3" },
};

const apiPattern = /^\/(?:api|apis\/(?<group>[^/]+))(?:\/(?<version>[^/]+)(?:\/(?<rest>.+))?)?$/;
const resourcePattern =
  /^(?:namespaces\/(?<namespace>[^/]+)\/)?(?<plural>[^/]+)(?:\/(?<name>[^/]+)(?:\/(?<subresource>[^/]+))?)?$/;
/** What the node answers itself: a path of the kubelet's. */
const nodePattern = /^nodes\/(?<node>[^/]+)\/proxy(?:\/(?<path>.*))?$/;

/** Reads a path. Whatever Ordinal does not serve is `nothing`, as is a path that cannot be decoded. */
export function routeOf(pathname: string): Route {
  const path = pathname.length > 1 && pathname.endsWith("/") ? pathname.slice(0, -1) : pathname;
  const plain = Object.hasOwn(plainRoutes, path) ? plainRoutes[path] : undefined;
  return plain ?? healthRoute(path) ?? openApiRoute(path) ?? apiRoute(path) ?? { is: "nothing" };
}

function healthRoute(path: string): Route | undefined {
  const groups = /^\/(?<endpoint>livez|readyz|healthz)(?:\/(?<check>[^/]+))?$/.exec(path)?.groups;
  if (groups === undefined) return undefined;
  const endpoint = groups["endpoint"] as HealthEndpoint;
  const check = groups["check"];
  return check === undefined ? { is: "health", endpoint } : { is: "health", endpoint, check };
}

function openApiRoute(path: string): Route | undefined {
  const prefix = "/openapi/v3/";
  return path.startsWith(prefix) ? { is: "openapi v3 document", path: path.slice(prefix.length) } : undefined;
}

function apiRoute(path: string): Route | undefined {
  const groups = apiPattern.exec(path)?.groups;
  if (groups === undefined) return undefined;
  const { group = "", version, rest } = groups;
  if (version === undefined) return { is: "group", group };
  if (rest === undefined) return { is: "group version", group, version };
  const apiVersion = apiVersionOf({ group, version });
  const node = apiVersion === "v1" ? nodePattern.exec(rest)?.groups : undefined;
  if (node !== undefined) return { is: "node", node: decode(node["node"] ?? ""), path: node["path"] ?? "" };
  const words = resourcePattern.exec(rest)?.groups;
  if (words === undefined) return undefined;
  return reviewRoute(apiVersion, words) ?? resourceRoute(apiVersion, namespacesThemselves(words));
}

type Words = Readonly<Record<string, string | undefined>>;

/** `namespaces/x/status` is a part of a namespace, and no resource called `status` inside it. */
function namespacesThemselves(words: Words): Words {
  const { namespace, plural, name } = words;
  const isOwnPart = namespace !== undefined && name === undefined && (plural === "status" || plural === "finalize");
  return isOwnPart ? { plural: "namespaces", name: namespace, subresource: plural } : words;
}

function reviewRoute(apiVersion: string, { plural, namespace, name }: Words): Route | undefined {
  const review = reviews.find((each) => each.plural === plural && apiVersionOf(each) === apiVersion);
  if (review === undefined || name !== undefined || (namespace !== undefined) !== review.namespaced) return undefined;
  return namespace === undefined ? { is: "review", review } : { is: "review", review, namespace: decode(namespace) };
}

function resourceRoute(apiVersion: string, words: Words): Route | undefined {
  const { plural, namespace, name, subresource } = words;
  if (plural === "bindings" && apiVersion === "v1" && namespace !== undefined && name === undefined) {
    return resourceRoute(apiVersion, { plural: "pods", namespace, name: "", subresource: "binding" });
  }
  const kind = kinds.find((each) => each.plural === plural && apiVersionOf(each) === apiVersion);
  if (kind === undefined) return undefined;
  if (namespace !== undefined && !kind.namespaced) return undefined;
  if (name !== undefined && kind.namespaced && namespace === undefined) return undefined;
  const part = kind.subresources.find((each) => each === subresource);
  if (subresource !== undefined && part === undefined) return undefined;
  return {
    is: "resource",
    kind,
    ...(namespace === undefined ? {} : { namespace: decode(namespace) }),
    ...(name === undefined ? {} : { name: decode(name) }),
    ...(part === undefined ? {} : { subresource: part }),
  };
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch (error) {
    if (error instanceof URIError) return segment;
    throw error;
  }
}
