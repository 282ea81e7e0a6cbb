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
  | "dns-listen"
  | "images"
  | "log-format"
  | "log-level"
  | "manifests"
  | "pod-cidr"
  | "runtime"
  | "service-cidr";

/** Every flag of `ordinal start`, in the order help shows them; defaults in parentheses are set in settings.ts. */
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
  "cluster-domain": { type: "string", value: "NAME", help: "the DNS zone (cluster.local)" },
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
  images: { type: "string", multiple: true, value: "DIR", help: "folder of your own image profiles; may be repeated" },
  "log-level": { type: "string", value: "debug|info|warn|error", help: "how much is logged (info)" },
  "log-format": { type: "string", value: "text|json", help: "how lines on the terminal look (text)" },
  demo: { type: "boolean", help: "put the demo manifests into the manifests folder when that folder is new" },
  detach: { type: "boolean", help: "go on in the background; return when the API is ready" },
};

export const flagNames: readonly FlagName[] = Object.keys(flags) as FlagName[];
