import { isIP, isIPv4 } from "node:net";
import type { FlagName } from "./flags.ts";
import { UsageError } from "./usage-error.ts";

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Settings as they were given, by flags or by a file, before anybody has looked at their values. */
export type Raw = Readonly<Partial<Record<FlagName, string | boolean | readonly string[]>>>;

/** A setting's value cannot be used. Says which one, so that whoever knows the file can add the line. */
export class BadSetting extends UsageError {
  readonly setting: FlagName;

  constructor(setting: FlagName, message: string) {
    super(`--${setting} ${message}`);
    this.setting = setting;
  }
}

export function one(raw: Raw, name: FlagName): string | undefined {
  const value = raw[name];
  if (value === undefined || typeof value === "string") return value;
  throw new BadSetting(name, "takes one value");
}

export function list(raw: Raw, name: FlagName, byDefault: readonly string[] = []): readonly string[] {
  const value = raw[name];
  if (value === undefined) return byDefault;
  if (typeof value === "string") return [value];
  if (typeof value === "boolean") throw new BadSetting(name, "takes a value");
  return value;
}

/** Whether a switch is on; a file may say `true` or `false`. */
export function isOn(raw: Raw, name: FlagName): boolean {
  const value = raw[name] ?? false;
  if (typeof value === "boolean") return value;
  throw new BadSetting(name, `${String(value)}: must be true or false`);
}

export function parsePort(name: FlagName, value: string): number {
  const number = Number(value);
  if (/^\d{1,5}$/.test(value) && number <= 65_535) return number;
  throw new BadSetting(name, `${value}: must be a port from 0 (any free one) to 65535`);
}

/** A whole number within limits; `unit` says what it counts. */
export function parseWhole(
  name: FlagName,
  value: string,
  { from, to, unit }: { readonly from: number; readonly to: number; readonly unit: string },
): number {
  const number = Number(value);
  if (/^\d{1,9}$/.test(value) && number >= from && number <= to) return number;
  throw new BadSetting(name, `${value}: must be a number of ${unit} from ${from} to ${to}`);
}

/** Reads `127.0.0.1:10053` or `[::1]:10053`. */
export function parseAddress(name: FlagName, value: string): Address {
  const groups = /^(?:(?<v4>[\d.]+)|\[(?<v6>[0-9a-fA-F:.]+)\]):(?<port>\d{1,5})$/.exec(value)?.groups;
  const host = groups?.["v4"] ?? groups?.["v6"] ?? "";
  if (isIP(host) === 0)
    throw new BadSetting(name, `${value}: must be an address and a port, such as 127.0.0.1:10053 or [::1]:10053`);
  return { host, port: parsePort(name, groups?.["port"] ?? "") };
}

/** An address as a flag takes it: `127.0.0.1:53`, `[::1]:53`. */
export function showAddress({ host, port }: Address): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** Reads a domain name, without its trailing dot and in lower case. */
export function parseDomain(name: FlagName, value: string): string {
  const plain = value.replace(/\.$/, "").toLowerCase();
  const isName = plain.length <= 253 && plain.split(".").every((label) => isLabel(label));
  if (isName) return plain;
  throw new BadSetting(name, `${value}: must be a domain name such as cluster.local`);
}

function isLabel(label: string): boolean {
  return label.length <= 63 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(label);
}

/** Reads an IPv4 range that pods or services can have: from /8 to /24. */
export function parseClusterRange(name: FlagName, value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  const range = splitRange(value);
  if (range !== undefined && isIPv4(range.host) && range.length >= 8 && range.length <= 24) return value;
  throw new BadSetting(name, `${value}: must be an IPv4 range from /8 to /24, such as 10.244.0.0/16`);
}

/** Reads a range of either family. */
export function parseRange(name: FlagName, value: string): string {
  if (splitRange(value) !== undefined) return value.toLowerCase();
  throw new BadSetting(name, `${value}: must be a range of addresses, such as 10.244.0.0/16 or fd00:10:244::/56`);
}

/** Reads one address or a range of either family. */
export function parseAddressOrRange(name: FlagName, value: string): string {
  if (isIP(value) !== 0 || splitRange(value) !== undefined) return value.toLowerCase();
  throw new BadSetting(name, `${value}: must be an address or a range, such as 127.0.0.1 or 10.0.0.0/8`);
}

/** `host` and the length of its prefix, or undefined where the text is not `ADDRESS/LENGTH`. */
export function splitRange(value: string): { readonly host: string; readonly length: number } | undefined {
  const [host = "", digits = "", ...rest] = value.split("/");
  const family = isIP(host);
  const length = Number(digits);
  if (family === 0 || rest.length > 0 || !/^\d{1,3}$/.test(digits)) return undefined;
  return length <= (family === 4 ? 32 : 128) ? { host, length } : undefined;
}

export function oneOf<const T extends string>(name: FlagName, value: string, allowed: readonly T[]): T {
  const found = allowed.find((each) => each === value);
  if (found === undefined) throw new BadSetting(name, `${value}: must be one of ${allowed.join(", ")}`);
  return found;
}
