/** One setting: a flag of `ordinal start`, and a line of the config file under the same name. */
export interface Flag {
  readonly type: "string" | "boolean";
  readonly multiple?: boolean;
  /** Shown after the name in help. */
  readonly value?: string;
  readonly help: string;
}

export type FlagName =
  | "api-port"
  | "cluster-domain"
  | "config"
  | "data-dir"
  | "demo"
  | "detach"
  | "dns-external-zone"
  | "dns-http-listen"
  | "dns-https-listen"
  | "dns-lameduck"
  | "dns-listen"
  | "dns-pod-names"
  | "dns-query-log"
  | "dns-reverse"
  | "dns-tls-cert"
  | "dns-tls-key"
  | "dns-tls-listen"
  | "dns-transfer-to"
  | "dns-ttl"
  | "dns-upstream"
  | "dns-workers"
  | "images"
  | "local-path-config"
  | "log-format"
  | "log-level"
  | "manifests"
  | "pod-cidr"
  | "runtime"
  | "service-cidr"
  | "trash-hold"
  | "trash-min-free";

/** Every flag of `ordinal start`, in the order help shows them; defaults in parentheses are set where they are read. */
export const flags: Readonly<Record<FlagName, Flag>> = {
  config: { type: "string", value: "FILE", help: "read settings from this YAML file; flags win over it" },
  "data-dir": {
    type: "string",
    value: "DIR",
    help: "where everything is kept (/var/lib/ordinal for root, else $XDG_STATE_HOME/ordinal)",
  },
  "api-port": { type: "string", value: "PORT", help: "port of the API on 127.0.0.1 (6445; 0: any free one)" },
  "dns-listen": {
    type: "string",
    multiple: true,
    value: "ADDRESS:PORT",
    help: "where DNS answers, UDP and TCP; may be repeated (127.0.0.1:10053)",
  },
  manifests: { type: "string", value: "DIR", help: "folder of manifests to keep applied (DATA-DIR/manifests)" },
  runtime: { type: "string", value: "auto|sandbox|process", help: "how pods run; auto picks and says why (auto)" },
  "cluster-domain": {
    type: "string",
    multiple: true,
    value: "NAME",
    help: "the DNS zone; may be repeated, the first is where pods search (cluster.local)",
  },
  "pod-cidr": {
    type: "string",
    value: "RANGE",
    help: "addresses of pods (10.244.0.0/16; process runtime 127.244.0.0/16)",
  },
  "service-cidr": {
    type: "string",
    value: "RANGE",
    help: "addresses of services (10.96.0.0/16; process runtime 127.96.0.0/16)",
  },
  "dns-ttl": { type: "string", value: "SECONDS", help: "how long answers and misses may be remembered, 0 to 3600 (5)" },
  "dns-upstream": {
    type: "string",
    multiple: true,
    value: "ADDRESS[:PORT]|none",
    help: "whom other names are passed to; may be repeated (whom this host asks)",
  },
  "dns-pod-names": {
    type: "string",
    value: "disabled|insecure|verified",
    help: "names such as 10-244-0-5.default.pod: none, any address, those of pods (verified)",
  },
  "dns-reverse": {
    type: "string",
    multiple: true,
    value: "RANGE",
    help: "a further range whose reverse names are ours; may be repeated",
  },
  "dns-external-zone": {
    type: "string",
    multiple: true,
    value: "NAME",
    help: "a zone for services reached from outside; may be repeated",
  },
  "dns-transfer-to": {
    type: "string",
    multiple: true,
    value: "ADDRESS|RANGE",
    help: "who may copy the zones (AXFR) and is told of changes; may be repeated (nobody)",
  },
  "dns-tls-listen": {
    type: "string",
    value: "ADDRESS:PORT",
    help: "where DNS answers over TLS, usually port 853 (off)",
  },
  "dns-https-listen": { type: "string", value: "ADDRESS:PORT", help: "where DNS answers over HTTPS (off)" },
  "dns-tls-cert": { type: "string", value: "FILE", help: "certificate for both, PEM (one of the daemon's own)" },
  "dns-tls-key": { type: "string", value: "FILE", help: "its private key, PEM" },
  "dns-http-listen": {
    type: "string",
    value: "ADDRESS:PORT|none",
    help: "where DNS serves metrics and health (127.0.0.1:9153, any free port where that is taken)",
  },
  "dns-query-log": { type: "boolean", help: "a line in the log of DNS for every query" },
  "dns-workers": { type: "string", value: "NUMBER", help: "further threads that answer DNS (0)" },
  "dns-lameduck": { type: "string", value: "SECONDS", help: "how long DNS goes on when it is asked to end (0)" },
  "trash-hold": {
    type: "string",
    value: "DURATION",
    help: "how long deleted volumes can be restored, such as 7d or 30m (24h; 0: not at all)",
  },
  "trash-min-free": {
    type: "string",
    value: "SHARE|SIZE",
    help: "with less free disk than this, the oldest of them are given up: 10% or 5Gi (10%; 0: never)",
  },
  images: { type: "string", multiple: true, value: "DIR", help: "folder of your own image profiles; may be repeated" },
  "local-path-config": {
    type: "string",
    value: "FILE",
    help: "config.json of rancher's local-path provisioner: where volumes lie; followed (DATA-DIR/volumes)",
  },
  "log-level": { type: "string", value: "debug|info|warn|error", help: "how much is logged (info)" },
  "log-format": { type: "string", value: "text|json", help: "how lines on the terminal look (text)" },
  demo: { type: "boolean", help: "put the demo manifests into the manifests folder when that folder is new" },
  detach: { type: "boolean", help: "go on in the background; return when the API is ready" },
};

export const flagNames: readonly FlagName[] = Object.keys(flags) as FlagName[];

/** The settings of the DNS server: flags of `ordinal dns` as well. */
export const dnsFlagNames: readonly FlagName[] = flagNames.filter(
  (name) => name === "cluster-domain" || name.startsWith("dns-"),
);

/** Those that cannot change while the server runs. */
export const fixedDnsFlags: readonly FlagName[] = [
  "dns-listen",
  "dns-http-listen",
  "dns-tls-listen",
  "dns-https-listen",
  "dns-tls-cert",
  "dns-tls-key",
  "dns-workers",
  "dns-lameduck",
];
