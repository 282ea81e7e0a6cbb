import type { Endpoint } from "@ordinal/api";
import { reverseName } from "../wire/reverse.ts";
import { addressFact, dashed, factAt, readAddresses, type Address } from "./address.ts";
import type { Fact } from "./fact.ts";
import type { Place } from "./places.ts";
import { portFacts, portRecord, type Port } from "./port-facts.ts";

/** One address of an endpoint. Addresses beyond the first have no meaning of their own; each is served as CoreDNS does. */
export interface EndpointAddress {
  /** The label it is called by. */
  readonly host: string;
  readonly address: Address;
}

/** Turns one address of a served endpoint into what a tree says of it, where its service has this place there. */
type EndpointMaker = (at: EndpointAddress, place: Place, ports: readonly Port[]) => readonly Fact[];

/** A new kind of record is a row here. */
export const endpointMakers: readonly EndpointMaker[] = [
  serviceAddress,
  ownAddress,
  servicePorts,
  ownPorts,
  reversePointer,
];

/** Unknown counts as ready, as the API says; publishNotReadyAddresses shows in the condition itself. */
export function isServed({ conditions }: Endpoint): boolean {
  return conditions?.ready !== false;
}

/** Its addresses and what they are called: its hostname, else as its pod where that is wanted, else the dashed address. */
export function readEndpoint(
  { addresses, hostname, targetRef }: Endpoint,
  usesPodNames: boolean,
): readonly EndpointAddress[] {
  const name = hostname || (usesPodNames ? podLabel(targetRef?.name) : undefined);
  return readAddresses(addresses).map((address) => ({ host: name ?? dashed(address), address }));
}

/** A pod may be called what is no label: longer than one, or with dots. */
function podLabel(name: string | undefined): string | undefined {
  return name === undefined || name === "" || name.length > 63 || name.includes(".") ? undefined : name;
}

/** `nginx.default.svc A 10.244.0.5` */
function serviceAddress({ address }: EndpointAddress, place: Place): readonly Fact[] {
  return place.isHeadless ? [addressFact(place, address)] : [];
}

/** `web-0.nginx.default.svc A 10.244.0.5`, also below a service with addresses of its own. */
function ownAddress({ host, address }: EndpointAddress, place: Place): readonly Fact[] {
  return [addressFact({ tree: place.tree, name: `${host}.${place.name}` }, address)];
}

/** `nginx.default.svc SRV 80 web-0.nginx.default.svc`, and the same at `_web._tcp.nginx.default.svc` */
function servicePorts({ host }: EndpointAddress, place: Place, ports: readonly Port[]): readonly Fact[] {
  return place.isHeadless ? portFacts(place, ports, `${host}.${place.name}`) : [];
}

/** `web-0.nginx.default.svc SRV 80 web-0.nginx.default.svc`, for every port. Beyond the specification, as CoreDNS. */
function ownPorts({ host }: EndpointAddress, place: Place, ports: readonly Port[]): readonly Fact[] {
  const name = `${host}.${place.name}`;
  return ports.flatMap((port) => {
    const record = portRecord(port, name);
    return record === undefined ? [] : [factAt({ tree: place.tree, name }, record)];
  });
}

/** `5.0.244.10.in-addr.arpa PTR web-0.nginx.default.svc`; an address in two services points at both. */
function reversePointer({ host, address }: EndpointAddress, place: Place): readonly Fact[] {
  const name = place.tree === undefined ? reverseName(address.text) : undefined;
  if (name === undefined) return [];
  return [{ tree: "reverse", name, record: { type: "PTR", data: `${host}.${place.name}` } }];
}
