import { endpointName, port, reverseName, reverseName6, serviceName, smallServices, type BenchNames } from "./names.ts";
import { portName } from "./queries.ts";

/** A record as zone files have it. Data: an address, or the target's absolute name without its closing dot. */
export interface BenchRecord {
  readonly name: string;
  readonly type: "A" | "AAAA" | "SRV" | "PTR";
  readonly data: string;
}

/** What the API's objects amount to, for servers that do not read them. SRV only where it is asked for. */
export function recordsOf(names: BenchNames): readonly BenchRecord[] {
  const addresses = names.services.flatMap((service) =>
    service.endpoints.flatMap((endpoint): readonly BenchRecord[] => {
      const name = endpointName(service, endpoint);
      return [
        { name, type: "A", data: endpoint.ipv4 },
        { name, type: "AAAA", data: endpoint.ipv6 },
        { name: serviceName(service), type: "A", data: endpoint.ipv4 },
        { name: serviceName(service), type: "AAAA", data: endpoint.ipv6 },
        { name: reverseName(endpoint.ipv4), type: "PTR", data: name },
        { name: reverseName6(endpoint.ipv6), type: "PTR", data: name },
      ];
    }),
  );
  const services = smallServices(names).flatMap((service) =>
    service.endpoints.map((endpoint): BenchRecord => {
      return { name: portName(service), type: "SRV", data: endpointName(service, endpoint) };
    }),
  );
  return [...addresses, ...services];
}

/** The record's data as zone files have it. */
export function zoneFileData({ type, data }: BenchRecord): string {
  if (type === "SRV") return `0 33 ${port.port} ${data}.`;
  return type === "PTR" ? `${data}.` : data;
}
