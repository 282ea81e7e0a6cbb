import type { EndpointSlice, Namespace, Pod, Service } from "@ordinal/api";
import { addressFact, dashed, readAddresses } from "./address.ts";
import { endpointMakers, isServed, readEndpoint } from "./endpoint-makers.ts";
import type { Fact } from "./fact.ts";
import { placesOf, type Place } from "./places.ts";
import { serviceMakers } from "./service-makers.ts";
import type { RecordSettings } from "./settings.ts";

/** Version of the Kubernetes DNS specification that is served, and for how long that may be remembered. Source: CoreDNS plugin/kubernetes. */
const dnsVersion: Fact = { name: "dns-version", record: { type: "TXT", data: "1.1.0", ttlSeconds: 28_800 } };

/** What is true of every zone: names of services lie below `svc`, names of pods below `pod`. */
export function standingFacts({ podNames }: RecordSettings): readonly Fact[] {
  return [{ name: "svc" }, dnsVersion, ...(podNames === "disabled" ? [] : [{ name: "pod" }])];
}

/** A namespace's own names exist even with nothing in it (RFC 8020). */
export function namespaceFacts({ metadata: { name } }: Namespace, settings: RecordSettings): readonly Fact[] {
  return [
    { name: `${name}.svc` },
    ...(settings.podNames === "disabled" ? [] : [{ name: `${name}.pod` }]),
    ...(settings.hasExternalZones ? [{ tree: "external" as const, name }] : []),
  ];
}

/** What a service says, whatever its endpoints. */
export function serviceFacts(service: Service | undefined, settings: RecordSettings): readonly Fact[] {
  return service === undefined ? [] : serviceMakers.flatMap((make) => make(service, settings));
}

/** What a slice says while this is its service; nothing without one. */
export function sliceFacts(
  service: Service | undefined,
  slice: EndpointSlice,
  settings: RecordSettings,
): readonly Fact[] {
  return endpointFacts(slice, placesOf(service, settings), settings);
}

/** What these endpoints say in these places. Slices of domain names say nothing: no meaning is defined for them. */
export function endpointFacts(
  { addressType, endpoints, ports }: Pick<EndpointSlice, "addressType" | "endpoints" | "ports">,
  places: readonly Place[],
  { endpointPodNames = false }: Pick<RecordSettings, "endpointPodNames">,
): readonly Fact[] {
  if (addressType === "FQDN" || places.length === 0) return [];
  const facts: Fact[] = [];
  for (const endpoint of endpoints ?? []) {
    if (!isServed(endpoint)) continue;
    for (const at of readEndpoint(endpoint, endpointPodNames)) {
      for (const place of places) for (const make of endpointMakers) facts.push(...make(at, place, ports ?? []));
    }
  }
  return facts;
}

/**
 * The names of a pod by its addresses, also of one that is terminating: it has them until it is gone. Source: Kubernetes DNS
 * specification §2.3 (pods), CoreDNS plugin/kubernetes/controller.go, `podListFunc`.
 */
export function podFacts({ metadata, status }: Pod, { podNames }: Pick<RecordSettings, "podNames">): readonly Fact[] {
  if (podNames !== "verified" || status === undefined || finishedPhases.has(status.phase ?? "")) return [];
  const addresses = [...(status.podIPs ?? []).map(({ ip }) => ip ?? ""), status.podIP ?? ""];
  const { namespace = "" } = metadata;
  return readAddresses(addresses).flatMap((address) => [
    addressFact({ name: `${dashed(address)}.${namespace}.pod` }, address),
    { tree: "pods", name: dashed(address), record: { type: "TXT", data: namespace } },
  ]);
}

/** Phases in which a pod's address is nobody's, or somebody else's. */
const finishedPhases: ReadonlySet<string> = new Set(["Succeeded", "Failed", "Unknown"]);
