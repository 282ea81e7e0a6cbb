import { apiVersionOf, kinds, type Kind, type Subresource } from "@ordinal/api";
import { unreachable } from "@ordinal/runtime";
import { reviews, type Review } from "./reviews.ts";

/** A resource or a part of one, as discovery lists it. */
export interface DiscoveredResource {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly parts: readonly DiscoveredPart[];
}

/** A subresource: what it answers with, and what can be done with it. */
export interface DiscoveredPart {
  readonly name: Subresource;
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly verbs: readonly string[];
}

/** What streams to pods are called as kinds. */
const streamOptions = {
  attach: "PodAttachOptions",
  exec: "PodExecOptions",
  portforward: "PodPortForwardOptions",
} as const;

const allVerbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

/** Everything the server serves, in the order of group and name. Source: Kubernetes v1.33 discovery. */
const resources: readonly DiscoveredResource[] = [...kinds.map(discoverKind), ...reviews.map(discoverReview)].toSorted(
  (a, b) => compare(a.group, b.group) || compare(a.plural, b.plural),
);

/** Group versions, each with its resources, the core group first. */
export const groupVersions: ReadonlyMap<string, readonly DiscoveredResource[]> = new Map(
  [...new Set(resources.map(apiVersionOf))].map((apiVersion) => [
    apiVersion,
    resources.filter((resource) => apiVersionOf(resource) === apiVersion),
  ]),
);

function discoverKind(kind: Kind): DiscoveredResource {
  return {
    ...kind,
    // A namespace goes with all that is in it, so upstream does not let them go in crowds.
    verbs: kind.plural === "namespaces" ? allVerbs.filter((verb) => verb !== "deletecollection") : allVerbs,
    parts: kind.subresources.filter((name) => name !== "token").map((name) => discoverPart(kind, name)),
  };
}

function discoverReview(review: Review): DiscoveredResource {
  return { ...review, verbs: ["create"], shortNames: [], categories: [], parts: [] };
}

/** There are no tokens: only certificates are credentials. */
type ServedPart = Exclude<Subresource, "token">;

function discoverPart({ group, version, kind }: Kind, name: ServedPart): DiscoveredPart {
  switch (name) {
    case "status":
      return { name, group, version, kind, verbs: ["get", "patch", "update"] };
    case "scale":
      return { name, group: "autoscaling", version: "v1", kind: "Scale", verbs: ["get", "patch", "update"] };
    case "binding":
      return { name, group, version, kind: "Binding", verbs: ["create"] };
    case "finalize":
      return { name, group, version, kind, verbs: ["update"] };
    case "log":
      return { name, group, version, kind, verbs: ["get"] };
    case "attach":
    case "exec":
    case "portforward":
      return { name, group, version, kind: streamOptions[name], verbs: ["create", "get"] };
    default:
      return unreachable(name);
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
