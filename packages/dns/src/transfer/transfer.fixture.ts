import { silentLogger } from "@ordinal/runtime";
import { fact, serve } from "../answers/serving.fixture.ts";
import type { Serving, ServingSettings } from "../answers/serving.ts";
import { query, read, shorts, wire, type QueryOptions } from "../message.fixture.ts";
import type { Respond, Transport } from "../answers/respond.ts";
import type { Fact } from "../records/fact.ts";
import { createTransfer, type TransferOptions } from "./transfer.ts";

const web = "nginx.default.svc";

/** Something of every kind. */
export const everyKind: readonly string[] = [
  "default.svc",
  "empty.svc",
  `${web} A 10.244.0.5`,
  `${web} A 10.244.0.6`,
  `${web} AAAA fd00::5`,
  `web-0.${web} A 10.244.0.5`,
  `web-0.${web} AAAA fd00::5`,
  `web-1.${web} A 10.244.0.6`,
  `_web._tcp.${web} SRV 80 web-0.${web}`,
  `_web._tcp.${web} SRV 80 web-1.${web}`,
  `${web} SRV 80 web-0.${web}`,
  "vip.default.svc A 10.96.0.7",
  "in.default.svc CNAME vip.default.svc.cluster.local.",
  "10-244-0-5.default.pod A 10.244.0.5",
  `reverse: 5.0.244.10.in-addr.arpa PTR web-0.${web}`,
  `reverse: 6.0.244.10.in-addr.arpa PTR web-1.${web}`,
  "reverse: 7.0.96.10.in-addr.arpa PTR vip.default.svc",
  `reverse: 5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa PTR web-0.${web}`,
  "external: vip.default A 192.0.2.7",
  "external: lb.default CNAME lb.example.com.",
];

/** Zones of every kind, for `everyKind`. */
export const everyZone: Partial<ServingSettings> = {
  reverseRanges: ["10.244.0.0/16", "fd00::/16"],
  externalZones: ["example.org"],
};

/** A server that hands out its zones, at serial 7, and to this machine where nothing else is said. */
export function serveTransfers(
  said: readonly string[] = everyKind,
  { settings = everyZone, ...options }: Partial<TransferOptions> & { settings?: Partial<ServingSettings> } = {},
): Serving {
  const transfer = createTransfer({ allow: ["127.0.0.1"], log: silentLogger, ...options });
  const serving = serve(said, settings, { transfer });
  serving.moveSerial(7);
  return serving;
}

export interface RequestOptions extends QueryOptions {
  readonly over?: Transport;
  readonly address?: string;
  /** For IXFR: the version there is already. */
  readonly serial?: number;
}

/** Asks for a zone; resolves with the messages that come. */
export async function request(
  respond: Respond,
  question: string,
  { over = "tcp", address = "127.0.0.1", serial, ...options }: RequestOptions = {},
): Promise<readonly Buffer[]> {
  const [name = "", type = "AXFR"] = question.split(" ");
  const plain = query(name, type, options);
  const answer = await respond(serial === undefined ? plain : withVersion(plain, serial), over, address);
  return Array.isArray(answer) ? (answer as readonly Buffer[]) : [answer as Buffer];
}

/** The query with an SOA record in its authority section (RFC 1995 §3), its owner pointing at the question. */
export function withVersion(plain: Buffer, serial: number): Buffer {
  const message = Buffer.from(plain);
  message.writeUInt16BE(1, 8);
  const end = 12 + plain.subarray(12).indexOf(0) + 5;
  const names = Buffer.concat([wire("ns.dns"), wire("hostmaster")]);
  const numbers = Buffer.alloc(20);
  numbers.writeUInt32BE(serial, 0);
  const soa = Buffer.concat([shorts(0xc00c, 6, 1, 0, 0, names.length + 20), names, numbers]);
  return Buffer.concat([message.subarray(0, end), soa, message.subarray(end)]);
}

/** All records of all messages, in their order, as zone files have them. */
export function recordsOf(messages: readonly Buffer[]): readonly string[] {
  return messages.flatMap((message) => read(message).answer);
}

/** Facts in the words of `fact`. */
export function facts(...texts: readonly string[]): readonly Fact[] {
  return texts.map(fact);
}
