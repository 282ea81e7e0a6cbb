import type { Endpoints, EndpointSlice } from "@ordinal/api";
import { timeSince } from "./human-duration.ts";
import { ageColumn, column, nameColumn, type TablePrinter } from "./table.ts";
import { firstThree, joinHostPort } from "./text.ts";

export const endpointsTable: TablePrinter<Endpoints> = {
  columns: [nameColumn, column("Endpoints", "Addresses and ports behind the service."), ageColumn],
  cells: (endpoints, nowMs) => [
    endpoints.metadata.name,
    addressesOf(endpoints),
    timeSince(endpoints.metadata.creationTimestamp, nowMs),
  ],
};

export const endpointSliceTable: TablePrinter<EndpointSlice> = {
  columns: [
    nameColumn,
    column("AddressType", "IPv4, IPv6 or FQDN."),
    column("Ports", "Ports of every endpoint."),
    column("Endpoints", "Addresses."),
    ageColumn,
  ],
  cells: (slice, nowMs) => [
    slice.metadata.name,
    slice.addressType,
    firstThree(
      (slice.ports ?? []).map(({ port, name }) => (port === undefined ? (name ?? "*") : String(port))),
      "<unset>",
    ),
    firstThree(
      (slice.endpoints ?? []).flatMap(({ addresses }) => addresses),
      "<unset>",
    ),
    timeSince(slice.metadata.creationTimestamp, nowMs),
  ],
};

function addressesOf({ subsets = [] }: Endpoints): string {
  if (subsets.length === 0) return "<none>";
  const shown = subsets.flatMap(({ addresses = [], ports = [] }) =>
    ports.length === 0
      ? addresses.map(({ ip }) => ip)
      : ports.flatMap(({ port }) => addresses.map(({ ip }) => joinHostPort(ip, port))),
  );
  return firstThree(shown, "");
}
