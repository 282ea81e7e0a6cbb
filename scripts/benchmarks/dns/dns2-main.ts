import { createRequire } from "node:module";
import { createNames, port, zone } from "./names.ts";
import { recordsOf, type BenchRecord } from "./records.ts";

/** dns2's own server with a handler that looks names up in a map, as one would write it with dns2 alone. */

/** As much of dns2 as is used here; it is a dependency of `@ordinal/dns`, not of the scripts. */
interface Dns2 {
  createUDPServer(handler: (request: Message, send: (response: Message) => void) => void): {
    listen(port: number, address: string): Promise<void>;
  };
  readonly Packet: {
    readonly TYPE: Readonly<Record<string, number>>;
    readonly CLASS: { readonly IN: number };
    readonly Resource: { EDNS(options: readonly object[]): object };
    createResponseFromRequest(request: Message): Message;
  };
}

interface Message {
  readonly header: { rcode: number; aa: number };
  readonly questions: readonly { readonly name: string; readonly type: number }[];
  readonly answers: object[];
  readonly authorities: object[];
  readonly additionals: object[];
}

const requireFromDns = createRequire(new URL("../../../packages/dns/package.json", import.meta.url));
const dns2 = requireFromDns("dns2") as Dns2;
const { Packet } = dns2;
const names = new Map<string, Map<number, object[]>>();
for (const record of recordsOf(createNames(Number(process.argv[3])))) {
  const type = Packet.TYPE[record.type] ?? 0;
  const types = names.get(record.name) ?? new Map<number, object[]>();
  const records = types.get(type) ?? [];
  records.push(resourceOf(record, type));
  types.set(type, records);
  names.set(record.name, types);
}

const authority = {
  name: zone,
  type: Packet.TYPE["SOA"],
  class: Packet.CLASS.IN,
  ttl: 5,
  primary: `ns.dns.${zone}`,
  admin: `hostmaster.${zone}`,
  serial: 1,
  refresh: 7200,
  retry: 1800,
  expiration: 86_400,
  minimum: 5,
};

const server = dns2.createUDPServer((request, send) => send(answer(request)));
await server.listen(Number(process.argv[2]), "127.0.0.1");

function answer(request: Message): Message {
  const response = Packet.createResponseFromRequest(request);
  response.header.aa = 1;
  const [question] = request.questions;
  const types = names.get(question?.name.toLowerCase() ?? "");
  const records = types?.get(question?.type ?? 0);
  if (records === undefined) {
    response.header.rcode = types === undefined ? 3 : 0;
    response.authorities.push(authority);
  } else {
    response.answers.push(...records);
    if (question?.type === Packet.TYPE["SRV"]) response.additionals.push(...targetsOf(records as Target[]));
  }
  if (request.additionals.some((record) => "type" in record && record.type === Packet.TYPE["EDNS"])) {
    response.additionals.push(Packet.Resource.EDNS([]));
  }
  return response;
}

interface Target {
  readonly target: string;
}

function targetsOf(records: readonly Target[]): readonly object[] {
  return records.flatMap(({ target }) => [...(names.get(target)?.values() ?? [])].flat());
}

function resourceOf({ name, type, data }: BenchRecord, code: number): object {
  const common = { name, type: code, class: Packet.CLASS.IN, ttl: 5 };
  if (type === "PTR") return { ...common, domain: data };
  if (type === "SRV") return { ...common, priority: 0, weight: 33, port: port.port, target: data };
  return { ...common, address: data };
}
