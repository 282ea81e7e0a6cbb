import { apiVersionOf } from "@ordinal/api";
import { groupVersions, type DiscoveredPart, type DiscoveredResource } from "./resources.ts";

/** `/api`: the versions of the core group, and where they are served. */
export function apiVersions(address: string): unknown {
  return {
    kind: "APIVersions",
    versions: ["v1"],
    serverAddressByClientCIDRs: [{ clientCIDR: "0.0.0.0/0", serverAddress: address }],
  };
}

/** `/apis`: the named groups. */
export function apiGroupList(): unknown {
  const names = new Set([...groupVersions.values()].flat().map(({ group }) => group));
  const groups = [...names].filter((name) => name !== "").map((name) => describeGroup(name));
  return { kind: "APIGroupList", apiVersion: "v1", groups };
}

/** `/apis/<group>`, or undefined where there is no such group. */
export function apiGroup(name: string): unknown {
  const group = name === "" ? undefined : describeGroup(name);
  return group === undefined ? undefined : { kind: "APIGroup", apiVersion: "v1", ...group };
}

/** `/api/v1` and `/apis/<group>/<version>`, or undefined where there is no such version. */
export function apiResourceList(apiVersion: string): unknown {
  const found = groupVersions.get(apiVersion);
  if (found === undefined) return undefined;
  const rows = found.flatMap((resource) => [row(resource), ...resource.parts.map((part) => partRow(resource, part))]);
  return { kind: "APIResourceList", apiVersion: "v1", groupVersion: apiVersion, resources: rows };
}

function describeGroup(name: string): object | undefined {
  const versions = [...groupVersions.values()]
    .flatMap((found) => found.slice(0, 1))
    .filter(({ group }) => group === name)
    .map((resource) => ({ groupVersion: apiVersionOf(resource), version: resource.version }));
  return versions.length === 0 ? undefined : { name, versions, preferredVersion: versions[0] };
}

function row(resource: DiscoveredResource): object {
  const { plural, singular, namespaced, kind, verbs, shortNames, categories } = resource;
  return {
    name: plural,
    singularName: singular,
    namespaced,
    kind,
    verbs,
    ...(shortNames.length === 0 ? {} : { shortNames }),
    ...(categories.length === 0 ? {} : { categories }),
  };
}

function partRow(resource: DiscoveredResource, { name, group, version, kind, verbs }: DiscoveredPart): object {
  const isForeign = group !== resource.group || version !== resource.version;
  return {
    name: `${resource.plural}/${name}`,
    singularName: "",
    namespaced: resource.namespaced,
    ...(isForeign ? { group, version } : {}),
    kind,
    verbs,
  };
}
