import type { Endpoint, EndpointSlice, Namespace, Service } from "@ordinal/api";
import type { Fact } from "./fact.ts";

/** Turns a service into what the zone says of it. */
type ServiceMaker = (service: Service) => readonly Fact[];

/** Turns one served endpoint of a service into what the zone says of it. */
type EndpointMaker = (service: Service, at: { slice: EndpointSlice; endpoint: Endpoint }) => readonly Fact[];

/** What a service says, whatever its endpoints. A new kind of record is a row here or below. */
const serviceMakers: readonly ServiceMaker[] = [clusterAddresses];
const endpointMakers: readonly EndpointMaker[] = [headlessAddresses, endpointAddresses];

/** What is true of every zone: names of services lie below `svc`. */
export const standingFacts: readonly Fact[] = [{ name: "svc" }];

/** A namespace's own name exists even with no service in it (RFC 8020). */
export function namespaceFacts(namespace: Namespace): readonly Fact[] {
  return [{ name: `${namespace.metadata.name}.svc` }];
}

export function serviceFacts(service: Service | undefined): readonly Fact[] {
  return service === undefined ? [] : serviceMakers.flatMap((make) => make(service));
}

/** What a slice says while this is its service; nothing without one. */
export function sliceFacts(service: Service | undefined, slice: EndpointSlice | undefined): readonly Fact[] {
  if (service === undefined || slice === undefined || service.spec.type === "ExternalName") return [];
  return (slice.endpoints ?? [])
    .filter(isServed)
    .flatMap((endpoint) => endpointMakers.flatMap((make) => make(service, { slice, endpoint })));
}

/** Unknown counts as ready, as the API says; publishNotReadyAddresses shows in the condition itself. */
function isServed(endpoint: Endpoint): boolean {
  return endpoint.conditions?.ready !== false;
}

function clusterAddresses(service: Service): readonly Fact[] {
  if (service.spec.type === "ExternalName" || isHeadless(service)) return [];
  const { clusterIP, clusterIPs = clusterIP === undefined ? [] : [clusterIP] } = service.spec;
  return clusterIPs.filter(isIPv4Text).map((address) => addressFact(serviceName(service), address));
}

function headlessAddresses(service: Service, { slice, endpoint }: Parameters<EndpointMaker>[1]): readonly Fact[] {
  if (slice.addressType !== "IPv4" || !isHeadless(service)) return [];
  return endpoint.addresses.map((address) => addressFact(serviceName(service), address));
}

function endpointAddresses(service: Service, { slice, endpoint }: Parameters<EndpointMaker>[1]): readonly Fact[] {
  if (slice.addressType !== "IPv4") return [];
  return endpoint.addresses.map((address) => {
    const host = endpoint.hostname || address.replaceAll(".", "-");
    return addressFact(`${host}.${serviceName(service)}`, address);
  });
}

function isHeadless(service: Service): boolean {
  return service.spec.clusterIP === "None";
}

function serviceName({ metadata }: Service): string {
  return `${metadata.name}.${metadata.namespace ?? ""}.svc`;
}

function isIPv4Text(address: string): boolean {
  return address !== "" && address !== "None" && !address.includes(":");
}

function addressFact(name: string, address: string): Fact {
  return { name, record: { type: "A", data: address } };
}
