import { hostname } from "node:os";
import type { Client } from "@ordinal/client";
import type { Clock, Logger, Stoppable } from "@ordinal/runtime";
import type { ServingSettings } from "./answers/serving.ts";
import { hostResolvConf } from "./forward/host-resolv-conf.ts";
import type { UpstreamSource } from "./forward/upstream-list.ts";
import type { Certificate } from "./listen/certificate.ts";
import type { ListenAddress } from "./listen/listen.ts";

/** What can change while the server runs. */
export interface ChangeableOptions {
  /** Zones served from the same data; the first is where PTR records lead and pods' short names lie. Defaults to `cluster.local`. */
  readonly zones?: readonly string[];
  /** How long answers, and misses, may be remembered. Defaults to 5. */
  readonly ttlSeconds?: number;
  /** Names of pods by their dashed address: none, any address, or those of the pods there are. Defaults to `verified`. */
  readonly podNames?: ServingSettings["podNames"];
  /** Ranges of addresses whose reverse names nobody else is asked about, such as `10.244.0.0/16`. Defaults to none. */
  readonly reverseRanges?: readonly string[];
  /** Zones for the external addresses of services. Defaults to none. */
  readonly externalZones?: readonly string[];
  /** Whom names outside the zones are passed to; `host`: whoever the host asks. Defaults to nobody: REFUSED. */
  readonly upstreams?: "host" | readonly ListenAddress[];
  /** Addresses and ranges that may copy the zones; single addresses are told of changes. Defaults to nobody. */
  readonly transferTo?: readonly string[];
  /** Whether each query is a line in the log. Defaults to false. */
  readonly queryLog?: boolean;
}

export interface DnsServerOptions extends ChangeableOptions {
  /** Any Kubernetes API server; reads namespaces, services, pods and endpointslices of discovery.k8s.io/v1. */
  readonly client: Client;
  /** Where to answer, over UDP and TCP each; port 0 draws one that is free for both. */
  readonly listen: readonly ListenAddress[];
  /** Where to answer over TLS (RFC 7858) and over HTTPS (RFC 8484). Defaults to nowhere. */
  readonly tls?: ListenAddress & Certificate;
  readonly https?: ListenAddress & Certificate;
  /** Where metrics and health are told. Defaults to nowhere. */
  readonly http?: ListenAddress;
  /** Threads that answer beside the first. Defaults to 0. */
  readonly workers?: number;
  /** How long it goes on answering after it was asked to stop. Defaults to 0. */
  readonly lameduckSeconds?: number;
  readonly clock: Clock;
  readonly log: Logger;
  /** Whether to tell in the Lease kube-system/ordinal-dns which revision is served. Defaults to true. */
  readonly reportLease?: boolean;
  /** What it says of itself to `version.bind`. Defaults to `Ordinal`. */
  readonly version?: string;
}

export interface DnsServer extends Stoppable {
  /** Where it answers, in the order asked for, with the ports that were drawn. */
  readonly addresses: readonly ListenAddress[];
  readonly tls: ListenAddress | undefined;
  readonly https: ListenAddress | undefined;
  readonly http: ListenAddress | undefined;
  /** Resolves when the first look at the API is done; until then names of the zones are answered SERVFAIL. */
  readonly synced: Promise<void>;
  /**
   * Goes over to other settings; what is left out is as by default. No query goes unanswered meanwhile. Rejects, with
   * everything as it was, where a zone is no domain name or a range no range.
   */
  reconfigure(options: ChangeableOptions): Promise<void>;
  /** Other certificates for connections made from now on. Rejects, going on with the old ones, where one cannot be used. */
  reloadCertificate(certificate: Certificate): Promise<void>;
}

/** What is served under these options. */
export function servingSettings(
  options: ChangeableOptions,
  { listen, version = "Ordinal" }: Pick<DnsServerOptions, "listen" | "version">,
): ServingSettings {
  return {
    zones: options.zones ?? ["cluster.local"],
    ttlSeconds: options.ttlSeconds ?? 5,
    podNames: options.podNames ?? "verified",
    reverseRanges: options.reverseRanges ?? [],
    externalZones: options.externalZones ?? [],
    nameServers: listen.map(({ host }) => host).filter((host) => host !== "0.0.0.0" && host !== "::"),
    identity: { version, hostname: hostname() },
  };
}

/** Whom names outside the zones are passed to; undefined for nobody. */
export function upstreamSource({ upstreams = [] }: ChangeableOptions): UpstreamSource | undefined {
  if (upstreams === "host") return { resolvConf: hostResolvConf() };
  return upstreams.length === 0 ? undefined : upstreams;
}
