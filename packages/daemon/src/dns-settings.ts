import { isIP } from "node:net";
import { resolve } from "node:path";
import {
  BadSetting,
  isOn,
  list,
  one,
  oneOf,
  parseAddress,
  parseAddressOrRange,
  parseDomain,
  parsePort,
  parseRange,
  parseWhole,
  type Address,
  type Raw,
} from "./setting-values.ts";

/** How the DNS server is set, by `ordinal start` and `ordinal dns` alike. */
export interface DnsSettings {
  /** Where it answers, over UDP and TCP. */
  readonly listen: readonly Address[];
  /** At least one; the first is the primary: where pods search, what PTR records name. No name twice. */
  readonly zones: readonly string[];
  readonly ttlSeconds: number;
  readonly podNames: "disabled" | "insecure" | "verified";
  /** Ranges whose reverse names are ours, beside the pods' and the services'. */
  readonly reverseRanges: readonly string[];
  readonly externalZones: readonly string[];
  /** Whom names outside the zones are passed to; `host`: whom the host asks; none of them: nobody, they are refused. */
  readonly upstreams: "host" | readonly Address[];
  /** Addresses and ranges that may copy the zones. */
  readonly transferTo: readonly string[];
  readonly tlsListen: Address | undefined;
  readonly httpsListen: Address | undefined;
  /** Absolute paths. Undefined where none are named; the daemon then issues a certificate of its own. */
  readonly tlsFiles: TlsFiles | undefined;
  /** Metrics and health; undefined: not served. */
  readonly httpListen: HttpListen | undefined;
  readonly queryLog: boolean;
  /** Threads beside the first that answer. */
  readonly workers: number;
  /** How long it goes on answering after it was asked to end. */
  readonly lameduckSeconds: number;
}

export interface TlsFiles {
  readonly certificate: string;
  readonly key: string;
}

export interface HttpListen extends Address {
  /** Nobody asked for this very port, so another one does where it is taken. */
  readonly isDefault: boolean;
}

/** Checks every DNS setting. Throws BadSetting naming the setting and the remedy. */
export function readDnsSettings(raw: Raw): DnsSettings {
  const zones = unique(
    list(raw, "cluster-domain", ["cluster.local"]).map((each) => parseDomain("cluster-domain", each)),
  );
  if (zones.length === 0) throw new BadSetting("cluster-domain", "needs at least one name, such as cluster.local");
  const listen = list(raw, "dns-listen", ["127.0.0.1:10053"]).map((each) => parseAddress("dns-listen", each));
  if (listen.length === 0) throw new BadSetting("dns-listen", "needs at least one address, such as 127.0.0.1:10053");
  return {
    listen,
    zones,
    ttlSeconds: parseWhole("dns-ttl", one(raw, "dns-ttl") ?? "5", { from: 0, to: 3600, unit: "seconds" }),
    podNames: oneOf("dns-pod-names", one(raw, "dns-pod-names") ?? "verified", ["disabled", "insecure", "verified"]),
    reverseRanges: unique(list(raw, "dns-reverse").map((each) => parseRange("dns-reverse", each))),
    externalZones: externalZones(raw, zones),
    upstreams: upstreams(raw),
    transferTo: unique(list(raw, "dns-transfer-to").map((each) => parseAddressOrRange("dns-transfer-to", each))),
    tlsListen: addressIfSet(raw, "dns-tls-listen"),
    httpsListen: addressIfSet(raw, "dns-https-listen"),
    tlsFiles: tlsFiles(raw),
    httpListen: httpListen(raw),
    queryLog: isOn(raw, "dns-query-log"),
    workers: parseWhole("dns-workers", one(raw, "dns-workers") ?? "0", { from: 0, to: 64, unit: "threads" }),
    lameduckSeconds: parseWhole("dns-lameduck", one(raw, "dns-lameduck") ?? "0", { from: 0, to: 300, unit: "seconds" }),
  };
}

function externalZones(raw: Raw, zones: readonly string[]): readonly string[] {
  const names = unique(list(raw, "dns-external-zone").map((each) => parseDomain("dns-external-zone", each)));
  const both = names.find((name) => zones.includes(name));
  if (both === undefined) return names;
  throw new BadSetting("dns-external-zone", `${both}: is a --cluster-domain already; give it another name`);
}

function upstreams(raw: Raw): "host" | readonly Address[] {
  const values = list(raw, "dns-upstream");
  if (values.length === 0) return "host";
  if (!values.includes("none")) return values.map(parseUpstream);
  if (values.length === 1) return [];
  throw new BadSetting("dns-upstream", "none: cannot stand beside addresses; leave out the one or the others");
}

/** Reads `192.0.2.1`, `192.0.2.1:5353`, `fd00::1` or `[fd00::1]:5353`; the port is 53 by default. */
function parseUpstream(value: string): Address {
  if (isIP(value) !== 0) return { host: value, port: 53 };
  const groups = /^(?:(?<v4>[\d.]+)|\[(?<v6>[0-9a-fA-F:.]+)\])(?::(?<port>\d{1,5}))?$/.exec(value)?.groups;
  const host = groups?.["v4"] ?? groups?.["v6"] ?? "";
  const port = parsePort("dns-upstream", groups?.["port"] ?? "53");
  if (isIP(host) !== 0 && port > 0) return { host, port };
  throw new BadSetting("dns-upstream", `${value}: must be an address such as 192.0.2.1 or [fd00::1]:53, or none`);
}

function addressIfSet(raw: Raw, name: "dns-tls-listen" | "dns-https-listen"): Address | undefined {
  const value = one(raw, name);
  return value === undefined ? undefined : parseAddress(name, value);
}

function tlsFiles(raw: Raw): TlsFiles | undefined {
  const certificate = one(raw, "dns-tls-cert");
  const key = one(raw, "dns-tls-key");
  if (certificate === undefined && key === undefined) return undefined;
  if (key === undefined)
    throw new BadSetting("dns-tls-key", "FILE is needed with --dns-tls-cert: the certificate's key");
  if (certificate === undefined)
    throw new BadSetting("dns-tls-cert", "FILE is needed with --dns-tls-key: the key's certificate");
  return { certificate: resolve(certificate), key: resolve(key) };
}

function httpListen(raw: Raw): HttpListen | undefined {
  const value = one(raw, "dns-http-listen");
  if (value === "none") return undefined;
  return { ...parseAddress("dns-http-listen", value ?? "127.0.0.1:9153"), isDefault: value === undefined };
}

function unique(values: readonly string[]): readonly string[] {
  return [...new Set(values)];
}
