import type { MediaRange } from "../http/accept.ts";
import { groupVersions, type DiscoveredResource } from "./resources.ts";

/** The version of the aggregated form that a client takes, if any, before the older form. */
export function aggregatedVersion(ranges: readonly MediaRange[]): "v2" | "v2beta1" | undefined {
  for (const { type, parameters } of ranges) {
    if (type !== "application/json") continue;
    const { g, v, as } = parameters;
    if (as === undefined) return undefined;
    if (g === "apidiscovery.k8s.io" && as === "APIGroupDiscoveryList" && (v === "v2" || v === "v2beta1")) return v;
  }
  return undefined;
}

/** The content type that must be answered with: a client compares it. */
export function aggregatedContentType(version: "v2" | "v2beta1"): string {
  return `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;
}

/** Everything under `/api` or `/apis` in one answer. Source: `apidiscovery.k8s.io` APIGroupDiscoveryList. */
export function aggregatedDiscovery(root: "api" | "apis", version: "v2" | "v2beta1"): unknown {
  const found = [...groupVersions.values()].filter(([first]) => (first?.group === "") === (root === "api"));
  const names = new Set(found.flat().map(({ group }) => group));
  return {
    kind: "APIGroupDiscoveryList",
    apiVersion: `apidiscovery.k8s.io/${version}`,
    metadata: {},
    items: [...names].map((name) => ({
      metadata: { name, creationTimestamp: null },
      versions: found.filter(([first]) => first?.group === name).map(describeVersion),
    })),
  };
}

function describeVersion(found: readonly DiscoveredResource[]): object {
  return { version: found[0]?.version, freshness: "Current", resources: found.map(describe) };
}

function describe(resource: DiscoveredResource): object {
  const { group, version, kind, plural, singular, namespaced, verbs, shortNames, categories, parts } = resource;
  return {
    resource: plural,
    responseKind: { group, version, kind },
    scope: namespaced ? "Namespaced" : "Cluster",
    singularResource: singular,
    verbs,
    ...(shortNames.length === 0 ? {} : { shortNames }),
    ...(categories.length === 0 ? {} : { categories }),
    ...(parts.length === 0
      ? {}
      : {
          subresources: parts.map((part) => ({
            subresource: part.name,
            responseKind: { group: part.group, version: part.version, kind: part.kind },
            verbs: part.verbs,
          })),
        }),
  };
}
