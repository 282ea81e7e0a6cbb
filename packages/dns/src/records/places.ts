import type { Service } from "@ordinal/api";
import { readAddresses, type Address } from "./address.ts";
import type { Tree } from "./fact.ts";
import type { RecordSettings } from "./settings.ts";

/** Where the names of a service's endpoints lie in one tree. Everything in a service that its endpoints' names depend on. */
export interface Place {
  readonly tree?: Tree;
  /** The service's own name. */
  readonly name: string;
  /** Whether the endpoints stand at the service's own name too. */
  readonly isHeadless: boolean;
}

/**
 * Where a service's endpoints have names: in the cluster under every service but an ExternalName one; from outside under a
 * headless one that has no addresses for outside itself. Source: CoreDNS plugin/kubernetes, `findServices`, `External` with
 * the option `headless` of k8s_external; there an endpoint of a service that is not headless answers too, though no transfer
 * of the zone shows it; here it does not.
 */
export function placesOf(service: Service | undefined, settings: RecordSettings): readonly Place[] {
  if (service === undefined || isAlias(service)) return [];
  const headless = isHeadless(service);
  const cluster = { name: clusterName(service), isHeadless: headless };
  if (!settings.hasExternalZones || !headless || externalHosts(service).length > 0) return [cluster];
  return [cluster, { tree: "external", name: externalName(service), isHeadless: true }];
}

/** The places that are in one list and not in the other. */
export function placesWithout(places: readonly Place[], others: readonly Place[]): readonly Place[] {
  const isAmong = ({ tree, name, isHeadless: headless }: Place): boolean =>
    others.some((other) => other.tree === tree && other.name === name && other.isHeadless === headless);
  return places.filter((place) => !isAmong(place));
}

export function isAlias({ spec }: Service): boolean {
  return spec.type === "ExternalName";
}

function isHeadless({ spec }: Service): boolean {
  return (spec.clusterIPs?.[0] ?? spec.clusterIP) === "None";
}

/** A service's own addresses; objects older than `clusterIPs` have one. */
export function clusterAddresses(service: Service): readonly Address[] {
  const { clusterIP = "", clusterIPs } = service.spec;
  return isAlias(service)
    ? []
    : readAddresses(clusterIPs === undefined || clusterIPs.length === 0 ? [clusterIP] : clusterIPs);
}

/** Addresses and names a service is reached at from outside. Source: CoreDNS plugin/kubernetes/object/service.go. */
export function externalHosts({ spec, status }: Service): readonly string[] {
  const ingress = (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip || hostname || "");
  return [...(spec.externalIPs ?? []), ...ingress].filter((host) => host !== "");
}

/** A service's name in the cluster's zones. */
export function clusterName({ metadata }: Service): string {
  return `${metadata.name}.${metadata.namespace ?? ""}.svc`;
}

/** A service's name in zones for outside. */
export function externalName({ metadata }: Service): string {
  return `${metadata.name}.${metadata.namespace ?? ""}`;
}
