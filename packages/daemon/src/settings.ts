import { join, resolve } from "node:path";
import { readConfigFile } from "./config-file.ts";
import { readDnsSettings, type DnsSettings } from "./dns-settings.ts";
import { dnsFlagNames, flagNames, type FlagName } from "./flags.ts";
import { readFlags, withFile } from "./setting-sources.ts";
import { isOn, list, one, oneOf, parseClusterRange, parsePort, type Raw } from "./setting-values.ts";
import { defaultDataDir, type Surroundings } from "./surroundings.ts";
import { readTrashSettings, type TrashSettings } from "./trash-settings.ts";

/** Everything that can be set, checked and complete. */
export interface Settings {
  /** Absolute. */
  readonly dataDir: string;
  /** 0 for any free port. */
  readonly apiPort: number;
  readonly dns: DnsSettings;
  /** Absolute; the file that DNS follows while it runs. */
  readonly configFile: string | undefined;
  /** The DNS settings among the flags, which win over the file whenever that changes. */
  readonly dnsFlags: Raw;
  /** Absolute; the folder that is watched. */
  readonly manifests: string;
  readonly runtime: "auto" | "sandbox" | "process";
  /** The primary zone: where pods search. DNS may serve more of them. */
  readonly clusterDomain: string;
  /** Undefined: the runtime's own range. */
  readonly podCidr: string | undefined;
  /** Undefined: the runtime's own range. */
  readonly serviceCidr: string | undefined;
  /** Folders of image profiles after the built-in ones; later ones win. */
  readonly images: readonly string[];
  /** Absolute; where volumes lie and how they are made, as rancher's provisioner is told. */
  readonly localPathConfig: string | undefined;
  readonly trash: TrashSettings;
  readonly logLevel: "debug" | "info" | "warn" | "error";
  readonly logFormat: "text" | "json";
  /** Put the demo into a manifests folder that is new. */
  readonly demo: boolean;
  readonly detach: boolean;
}

/** Settings from flags, then the config file, then defaults. Throws UsageError naming the place and the remedy. */
export function readSettings(argv: readonly string[], surroundings: Surroundings): Settings {
  const given = readFlags(argv, flagNames);
  const file = typeof given.config === "string" ? readConfigFile(given.config) : undefined;
  return withFile(given, file, (raw) => ({
    ...complete(raw, surroundings),
    configFile: file === undefined ? undefined : resolve(file.path),
    dnsFlags: Object.fromEntries(dnsFlagNames.flatMap((name) => (name in given ? [[name, given[name]]] : []))),
  }));
}

function pathOf(raw: Raw, name: FlagName): string | undefined {
  const given = one(raw, name);
  return given === undefined ? undefined : resolve(given);
}

function complete(raw: Raw, surroundings: Surroundings): Omit<Settings, "configFile" | "dnsFlags"> {
  const dataDir = resolve(one(raw, "data-dir") ?? surroundings.env["ORDINAL_DATA_DIR"] ?? defaultDataDir(surroundings));
  const dns = readDnsSettings(raw);
  return {
    dataDir,
    apiPort: parsePort("api-port", one(raw, "api-port") ?? "6445"),
    dns,
    manifests: resolve(one(raw, "manifests") ?? join(dataDir, "manifests")),
    runtime: oneOf("runtime", one(raw, "runtime") ?? "auto", ["auto", "sandbox", "process"]),
    clusterDomain: dns.zones[0] ?? "",
    podCidr: parseClusterRange("pod-cidr", one(raw, "pod-cidr")),
    serviceCidr: parseClusterRange("service-cidr", one(raw, "service-cidr")),
    images: list(raw, "images").map((each) => resolve(each)),
    localPathConfig: pathOf(raw, "local-path-config"),
    trash: readTrashSettings(raw),
    logLevel: oneOf("log-level", one(raw, "log-level") ?? "info", ["debug", "info", "warn", "error"]),
    logFormat: oneOf("log-format", one(raw, "log-format") ?? "text", ["text", "json"]),
    demo: isOn(raw, "demo"),
    detach: isOn(raw, "detach"),
  };
}
