import { isIP } from "node:net";
import type { Service } from "@ordinal/api";
import { wireName } from "../wire/name.ts";
import { reverseName } from "../wire/reverse.ts";
import { addressFact, readAddresses } from "./address.ts";
import type { Fact } from "./fact.ts";
import { clusterAddresses, clusterName, externalHosts, externalName, isAlias } from "./places.ts";
import { portFacts } from "./port-facts.ts";
import type { RecordSettings } from "./settings.ts";

/** Turns a service into what the zones say of it. */
type ServiceMaker = (service: Service, settings: RecordSettings) => readonly Fact[];

/** A new kind of record is a row here. */
export const serviceMakers: readonly ServiceMaker[] = [addresses, ports, reversePointers, alias, outsideView];

/** `web.default.svc A 10.96.0.7`, whether it has endpoints or not. */
function addresses(service: Service): readonly Fact[] {
  const at = { name: clusterName(service) };
  return clusterAddresses(service).map((address) => addressFact(at, address));
}

/** `web.default.svc SRV 80 web.default.svc`, and the same at `_http._tcp.web.default.svc` */
function ports(service: Service): readonly Fact[] {
  if (clusterAddresses(service).length === 0) return [];
  const name = clusterName(service);
  return portFacts({ name }, service.spec.ports ?? [], name);
}

/**
 * `7.0.96.10.in-addr.arpa PTR web.default.svc`. CoreDNS gives no endpoint's name beside it, should the address be one's too;
 * here both are given, as for two services.
 */
function reversePointers(service: Service): readonly Fact[] {
  return clusterAddresses(service).flatMap(({ text }) => {
    const name = reverseName(text);
    const record = { type: "PTR" as const, data: clusterName(service) };
    return name === undefined ? [] : [{ tree: "reverse" as const, name, record }];
  });
}

/** `db.default.svc CNAME db.example.com.` */
function alias(service: Service): readonly Fact[] {
  const target = isAlias(service) ? readTarget(service.spec.externalName) : undefined;
  return target === undefined ? [] : [{ name: clusterName(service), record: { type: "CNAME", data: target } }];
}

/**
 * In the tree `external`, `web.default A 192.0.2.7` and the ports, or `web.default CNAME lb.example.com.` where the balancer
 * has a name only: a CNAME stands alone (RFC 2181 §10.1), and ports cannot lead to one (RFC 2782).
 * Source: CoreDNS plugin/k8s_external.
 */
function outsideView(service: Service, { hasExternalZones }: RecordSettings): readonly Fact[] {
  if (!hasExternalZones) return [];
  const hosts = externalHosts(service);
  const at = { tree: "external" as const, name: externalName(service) };
  const reached = readAddresses(hosts);
  if (reached.length > 0) {
    return [...reached.map((address) => addressFact(at, address)), ...portFacts(at, service.spec.ports ?? [], at.name)];
  }
  const [target] = hosts.flatMap((host) => readTarget(host) ?? []);
  return target === undefined ? [] : [{ ...at, record: { type: "CNAME", data: target } }];
}

/** A name to point at, with its closing dot; undefined for an address, which is no name, and for what no message can hold. */
function readTarget(host: string | undefined): string | undefined {
  const name = (host ?? "").replace(/\.$/, "");
  return name === "" || isIP(name) !== 0 || wireName(name) === undefined ? undefined : `${name}.`;
}
