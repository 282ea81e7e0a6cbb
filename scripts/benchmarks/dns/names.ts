/** Endpoints of a service, as the API has them: each a name of its own with one address of each family. */
export interface BenchEndpoint {
  readonly hostname: string;
  readonly ipv4: string;
  readonly ipv6: string;
}

/** A headless service in `default` with one named port. */
export interface BenchService {
  readonly name: string;
  readonly endpoints: readonly BenchEndpoint[];
}

/** Services with as many endpoints, and so endpoints' names, as asked for. */
export interface BenchNames {
  readonly count: number;
  readonly services: readonly BenchService[];
}

export const zone = "cluster.local";
export const namespace = "default";
export const port = { name: "web", port: 8080 };

/** What a slice of endpoints holds at most. Source: EndpointSlice's validation. */
const largest = 1_000;
const smallest = 3;

/**
 * Three names in a hundred are those of StatefulSets of three, which is where SRV is asked: its answer then fits into 512
 * octets at every server. The others are in services as large as one slice may be.
 */
export function createNames(count: number): BenchNames {
  const small = Math.floor(count / 100);
  const rest = count - small * smallest;
  const large = Array.from({ length: Math.ceil(rest / largest) }, (_, index) =>
    Math.min(largest, rest - index * largest),
  );
  return createServices([...Array.from({ length: small }, () => smallest), ...large]);
}

/** A service for each number of endpoints. */
export function createServices(sizes: readonly number[]): BenchNames {
  let count = 0;
  const services = sizes.map((size, index) => {
    const name = `${size === smallest ? "db" : "fleet"}-${index}`;
    const endpoints = Array.from({ length: size }, (_, each) => endpointAt(name, each, count + each));
    count += size;
    return { name, endpoints };
  });
  return { count, services };
}

/** The services of three. */
export function smallServices({ services }: BenchNames): readonly BenchService[] {
  return services.filter(({ endpoints }) => endpoints.length === smallest);
}

export function serviceName({ name }: BenchService): string {
  return `${name}.${namespace}.svc.${zone}`;
}

export function endpointName(service: BenchService, { hostname }: BenchEndpoint): string {
  return `${hostname}.${serviceName(service)}`;
}

/** The name that has the address's PTR record. */
export function reverseName(ipv4: string): string {
  return `${ipv4.split(".").toReversed().join(".")}.in-addr.arpa`;
}

/** The same in the other family; takes the short form used here, `fd00::<hex>:<hex>`. */
export function reverseName6(ipv6: string): string {
  const [high = "", low = ""] = ipv6.slice("fd00::".length).split(":");
  const digits = `fd00${"0".repeat(20)}${high.padStart(4, "0")}${low.padStart(4, "0")}`;
  return `${digits.split("").toReversed().join(".")}.ip6.arpa`;
}

function endpointAt(service: string, index: number, place: number): BenchEndpoint {
  const octets = [10, 128 + (place >> 16), (place >> 8) & 255, place & 255];
  return {
    hostname: `${service}-${index}`,
    ipv4: octets.join("."),
    ipv6: `fd00::${((place >> 16) + 1).toString(16)}:${(place & 0xffff).toString(16)}`,
  };
}
