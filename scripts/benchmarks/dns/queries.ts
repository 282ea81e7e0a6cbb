import {
  endpointName,
  namespace,
  port,
  reverseName,
  serviceName,
  smallServices,
  zone,
  type BenchEndpoint,
  type BenchNames,
  type BenchService,
} from "./names.ts";

/** What is asked for: a type at names that have it, or addresses of names that are not there. */
export type Kind = "A" | "AAAA" | "SRV" | "PTR" | "NXDOMAIN";

export const kinds: readonly Kind[] = ["A", "AAAA", "SRV", "PTR", "NXDOMAIN"];

/** One question, as dnsperf's file has it. */
export interface Query {
  readonly name: string;
  readonly type: "A" | "AAAA" | "SRV" | "PTR";
}

const codes = { A: 1, PTR: 12, AAAA: 28, SRV: 33 } as const;

/** Questions of one kind, in an order that is the same in every run but jumps about; at most as many as asked for. */
export function queriesOf(kind: Kind, names: BenchNames, limit: number = names.count): readonly Query[] {
  if (kind === "SRV") {
    const questions = smallServices(names).map((service): Query => ({ name: portName(service), type: "SRV" }));
    return jumbled(questions).slice(0, limit);
  }
  const make = makers[kind];
  const all = names.services.flatMap((service) => service.endpoints.map((endpoint) => make(service, endpoint)));
  return jumbled(all).slice(0, limit);
}

/** Kinds by turns, a fifth each; those there are fewer of come again. */
export function mixedQueries(names: BenchNames): readonly Query[] {
  const each = kinds.map((kind) => queriesOf(kind, names, Math.ceil(names.count / kinds.length)));
  return Array.from({ length: names.count }, (_, index) => {
    const questions = each[index % each.length] ?? [];
    return questions[Math.floor(index / each.length) % questions.length];
  }).filter((query) => query !== undefined);
}

export function portName(service: BenchService): string {
  return `_${port.name}._tcp.${serviceName(service)}`;
}

/** The question on the wire, with an OPT record for 1232 octets where EDNS is wanted. RFC 1035 §4, RFC 6891 §6.1. */
export function encodeQuery({ name, type }: Query, { id = 0x1234, edns = false } = {}): Buffer {
  const labels = name.split(".").flatMap((label) => [Buffer.from([label.length]), Buffer.from(label)]);
  const header = Buffer.from([id >> 8, id & 255, 0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, edns ? 1 : 0]);
  const opt = edns ? [Buffer.from([0, 0, 41, 0x04, 0xd0, 0, 0, 0, 0, 0, 0])] : [];
  return Buffer.concat([header, ...labels, Buffer.from([0, 0, codes[type], 0, 1]), ...opt]);
}

const makers: Readonly<Record<Exclude<Kind, "SRV">, (service: BenchService, endpoint: BenchEndpoint) => Query>> = {
  A: (service, endpoint) => ({ name: endpointName(service, endpoint), type: "A" }),
  AAAA: (service, endpoint) => ({ name: endpointName(service, endpoint), type: "AAAA" }),
  PTR: (_, { ipv4 }) => ({ name: reverseName(ipv4), type: "PTR" }),
  NXDOMAIN: ({ name }, { hostname }) => ({ name: `${hostname}.no-${name}.${namespace}.svc.${zone}`, type: "A" }),
};

/** Orders by the place's hash (Knuth's multiplicative one), so that neighbours are not asked for together. */
function jumbled<T>(items: readonly T[]): readonly T[] {
  return items
    .map((item, index) => ({ item, at: Math.imul(index + 1, 0x9e37_79b1) >>> 0 }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
