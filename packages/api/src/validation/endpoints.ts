import { isIP } from "node:net";
import { labelNameProblem } from "../names.ts";
import type { Endpoints, EndpointSlice } from "../types.ts";
import { invalidEach, oneOf, oneOfIfAny } from "./causes.ts";
import type { Causes } from "./causes.ts";
import { field } from "./field-errors.ts";
import { addressProblem, portNumberProblem } from "./formats.ts";

type Subset = NonNullable<Endpoints["subsets"]>[number];
const protocols = ["SCTP", "TCP", "UDP"];
const maxEndpoints = 1000;
const maxPorts = 20_000;
const maxAddresses = 100;

/** Source: `ValidateEndpoints`. Loopback addresses are fine here: they are what pods without a network of their own have. */
export function* endpointsCauses({ subsets = [] }: Endpoints): Causes {
  for (const [index, subset] of subsets.entries()) {
    const path = `subsets[${index}]`;
    const { addresses = [], notReadyAddresses = [], ports = [] } = subset;
    if (addresses.length + notReadyAddresses.length === 0) {
      yield field.required(path, "must specify `addresses` or `notReadyAddresses`");
    }
    yield* addressesCauses(addresses, `${path}.addresses`);
    yield* addressesCauses(notReadyAddresses, `${path}.notReadyAddresses`);
    for (const [portIndex, port] of ports.entries()) {
      const at = `${path}.ports[${portIndex}]`;
      if (port.name) yield* invalidEach(`${at}.name`, port.name, [labelNameProblem(port.name)]);
      else if (ports.length > 1) yield field.required(`${at}.name`);
      yield* invalidEach(`${at}.port`, port.port ?? 0, [portNumberProblem(port.port)]);
      yield* oneOf(`${at}.protocol`, port.protocol, protocols);
    }
  }
}

/** Source: `pkg/apis/discovery/validation`. */
export function* endpointSliceCauses({ addressType, endpoints, ports = [] }: EndpointSlice): Causes {
  const types = ["FQDN", "IPv4", "IPv6"];
  yield* oneOf("addressType", addressType, types);
  if (endpoints.length > maxEndpoints) yield tooMany("endpoints", { found: endpoints.length, most: maxEndpoints });
  for (const [index, { addresses, hostname }] of endpoints.entries()) {
    const path = `endpoints[${index}]`;
    if (addresses.length === 0) yield field.required(`${path}.addresses`, "must contain at least 1 address");
    if (addresses.length > maxAddresses) {
      yield tooMany(`${path}.addresses`, { found: addresses.length, most: maxAddresses });
    }
    for (const [addressIndex, address] of addresses.entries()) {
      const at = `${path}.addresses[${addressIndex}]`;
      if (addressType === "IPv4" && isIP(address) !== 4)
        yield field.invalid(at, address, "must be a valid IPv4 address");
      if (addressType === "IPv6" && isIP(address) !== 6)
        yield field.invalid(at, address, "must be a valid IPv6 address");
    }
    if (hostname !== undefined) yield* invalidEach(`${path}.hostname`, hostname, [labelNameProblem(hostname)]);
  }
  if (ports.length > maxPorts) yield tooMany("ports", { found: ports.length, most: maxPorts });
  yield* slicePortsCauses(ports);
}

/** Source: `ValidateEndpointSliceUpdate`. */
export function* endpointSliceUpdateCauses(next: EndpointSlice, before: EndpointSlice): Causes {
  yield* endpointSliceCauses(next);
  if (next.addressType !== before.addressType)
    yield field.invalid("addressType", next.addressType, "field is immutable");
}

function* slicePortsCauses(ports: NonNullable<EndpointSlice["ports"]>): Causes {
  const names = new Set<string>();
  for (const [index, { name = "", protocol }] of ports.entries()) {
    const path = `ports[${index}]`;
    if (name !== "") yield* invalidEach(`${path}.name`, name, [labelNameProblem(name)]);
    if (names.has(name)) yield field.duplicate(`${path}.name`, name);
    names.add(name);
    yield* oneOfIfAny(`${path}.protocol`, protocol, protocols);
  }
}

function* addressesCauses(addresses: NonNullable<Subset["addresses"]>, path: string): Causes {
  for (const [index, { ip, hostname }] of addresses.entries()) {
    yield* invalidEach(`${path}[${index}].ip`, ip ?? "", [addressProblem(ip)]);
    if (hostname) yield* invalidEach(`${path}[${index}].hostname`, hostname, [labelNameProblem(hostname)]);
  }
}

function tooMany(path: string, { found, most }: { readonly found: number; readonly most: number }) {
  return { reason: "FieldValueTooMany", field: path, message: `Too many: ${found}: must have at most ${most} items` };
}
