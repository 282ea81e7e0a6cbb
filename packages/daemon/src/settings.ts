import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { hasCode } from "@ordinal/runtime";
import { parse, YAMLParseError } from "yaml";
import { flagNames, flags, type FlagName } from "./flags.ts";
import { UsageError } from "./usage-error.ts";

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Everything that can be set, checked and complete. */
export interface Settings {
  /** Absolute. */
  readonly dataDir: string;
  /** 0 for any free port. */
  readonly apiPort: number;
  readonly dnsListen: readonly Address[];
  /** Absolute; the folder that is watched. */
  readonly manifests: string;
  readonly runtime: "auto" | "sandbox" | "process";
  readonly clusterDomain: string;
  /** Undefined: the runtime's own range. */
  readonly podCidr: string | undefined;
  /** Undefined: the runtime's own range. */
  readonly serviceCidr: string | undefined;
  /** Folders of image profiles after the built-in ones; later ones win. */
  readonly images: readonly string[];
  readonly logLevel: "debug" | "info" | "warn" | "error";
  readonly logFormat: "text" | "json";
  /** Put the demo into a manifests folder that is new. */
  readonly demo: boolean;
  readonly detach: boolean;
}

/** What the environment gives: where defaults come from. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly isRoot: boolean;
  readonly home: string;
}

type Raw = Readonly<Partial<Record<FlagName, string | boolean | readonly string[]>>>;

/** Settings from flags, then the config file, then defaults. Throws UsageError naming the place and the remedy. */
export function readSettings(argv: readonly string[], surroundings: Surroundings): Settings {
  const given = readFlags(argv);
  const file = typeof given.config === "string" ? readConfigFile(given.config) : {};
  return complete({ ...file, ...given }, surroundings);
}

/** The data directory: `/var/lib/ordinal` for root, below XDG_STATE_HOME otherwise. */
export function defaultDataDir({ env, isRoot, home }: Surroundings): string {
  if (isRoot) return "/var/lib/ordinal";
  return join(env["XDG_STATE_HOME"] ?? join(home, ".local/state"), "ordinal");
}

function readFlags(argv: readonly string[]): Raw {
  const options = Object.fromEntries(
    flagNames.map((name) => {
      const { type, multiple = false } = flags[name];
      return [name, { type, multiple }];
    }),
  );
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: false, strict: true }).values;
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split(". ")[0]}`, { cause: error });
  }
}

function readConfigFile(path: string): Raw {
  const values = parseConfig(path, readText(path));
  if (values === null || values === undefined) return {};
  if (typeof values !== "object" || Array.isArray(values)) {
    throw new UsageError(`${path}: must hold settings as "name: value" lines, like config/ordinal.yaml`);
  }
  const entries = Object.entries(values).filter(([, value]) => value !== null && value !== undefined);
  const unknown = entries.find(([name]) => !flagNames.some((each) => each === name) || name === "config");
  if (unknown !== undefined) {
    throw new UsageError(
      `${path}: unknown setting "${unknown[0]}"; the known ones are ${flagNames.filter((name) => name !== "config").join(", ")}`,
    );
  }
  return Object.fromEntries(entries.map(([name, value]) => [name, rawValue(value)]));
}

function rawValue(value: unknown): string | boolean | readonly string[] {
  if (typeof value === "boolean") return value;
  return Array.isArray(value) ? value.map(String) : String(value);
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT")) throw new UsageError(`--config ${path}: there is no such file`, { cause: error });
    throw new UsageError(`--config ${path}: cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

function parseConfig(path: string, text: string): unknown {
  try {
    return parse(text) as unknown;
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error;
    const line = error.linePos?.[0];
    throw new UsageError(`${path}:${line?.line ?? 1}:${line?.col ?? 1} ${error.message.split("\n")[0]}`, {
      cause: error,
    });
  }
}

function complete(raw: Raw, surroundings: Surroundings): Settings {
  const dataDir = resolve(one(raw, "data-dir") ?? surroundings.env["ORDINAL_DATA_DIR"] ?? defaultDataDir(surroundings));
  return {
    dataDir,
    apiPort: port("api-port", one(raw, "api-port") ?? "6445"),
    dnsListen: list(raw, "dns-listen", ["127.0.0.1:10053"]).map((each) => parseAddress("dns-listen", each)),
    manifests: resolve(one(raw, "manifests") ?? join(dataDir, "manifests")),
    runtime: oneOf("runtime", one(raw, "runtime") ?? "auto", ["auto", "sandbox", "process"]),
    clusterDomain: parseDomain("cluster-domain", one(raw, "cluster-domain") ?? "cluster.local"),
    podCidr: cidr("pod-cidr", one(raw, "pod-cidr")),
    serviceCidr: cidr("service-cidr", one(raw, "service-cidr")),
    images: list(raw, "images", []).map((each) => resolve(each)),
    logLevel: oneOf("log-level", one(raw, "log-level") ?? "info", ["debug", "info", "warn", "error"]),
    logFormat: oneOf("log-format", one(raw, "log-format") ?? "text", ["text", "json"]),
    demo: raw.demo === true,
    detach: raw.detach === true,
  };
}

function one(raw: Raw, name: FlagName): string | undefined {
  const value = raw[name];
  if (value === undefined || typeof value === "string") return value;
  throw new UsageError(`--${name} takes one value`);
}

function list(raw: Raw, name: FlagName, byDefault: readonly string[]): readonly string[] {
  const value = raw[name];
  if (value === undefined) return byDefault;
  if (typeof value === "string") return [value];
  if (typeof value === "boolean") throw new UsageError(`--${name} takes a value`);
  return value;
}

function port(name: FlagName, value: string): number {
  const number = Number(value);
  if (/^\d{1,5}$/.test(value) && number <= 65_535) return number;
  throw new UsageError(`--${name} ${value}: must be a port from 0 (any free one) to 65535`);
}

/** Reads `127.0.0.1:10053` or `[::1]:10053`; throws UsageError naming the flag. */
export function parseAddress(name: FlagName, value: string): Address {
  const groups = /^(?<host>\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-fA-F:]+\]):(?<port>\d{1,5})$/.exec(value)?.groups;
  if (groups === undefined)
    throw new UsageError(`--${name} ${value}: must be an address and a port, such as 127.0.0.1:10053`);
  return { host: (groups["host"] ?? "").replaceAll(/[[\]]/g, ""), port: port(name, groups["port"] ?? "") };
}

/** Reads a domain name, without its trailing dot and in lower case; throws UsageError naming the flag. */
export function parseDomain(name: FlagName, value: string): string {
  const plain = value.replace(/\.$/, "").toLowerCase();
  if (/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(plain)) return plain;
  throw new UsageError(`--${name} ${value}: must be a domain name such as cluster.local`);
}

function cidr(name: FlagName, value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  const groups = /^(?<octets>\d{1,3}(?:\.\d{1,3}){3})\/(?<length>\d{1,2})$/.exec(value)?.groups;
  const isRange = groups?.["octets"]?.split(".").every((octet) => Number(octet) <= 255);
  const length = Number(groups?.["length"]);
  if (isRange === true && length >= 8 && length <= 24) return value;
  throw new UsageError(`--${name} ${value}: must be an IPv4 range from /8 to /24, such as 10.244.0.0/16`);
}

function oneOf<const T extends string>(name: FlagName, value: string, allowed: readonly T[]): T {
  const found = allowed.find((each) => each === value);
  if (found === undefined) throw new UsageError(`--${name} ${value}: must be one of ${allowed.join(", ")}`);
  return found;
}
