import { readFile } from "node:fs/promises";
import { isEncrypted } from "./dns-arguments.ts";
import type { DnsSettings } from "./dns-settings.ts";
import { httpAddress } from "./http-address.ts";
import type { Address } from "./setting-values.ts";
import { UsageError } from "./usage-error.ts";

/** What can change while the server runs: the options of `startDnsServer` that `reconfigure` takes as well. */
export interface ChangeableDnsOptions {
  readonly zones: readonly string[];
  readonly ttlSeconds: number;
  readonly podNames: DnsSettings["podNames"];
  readonly reverseRanges: readonly string[];
  readonly externalZones: readonly string[];
  readonly upstreams: "host" | readonly Address[];
  readonly transferTo: readonly string[];
  readonly queryLog: boolean;
}

/** What is settled when the server starts. */
export interface FixedDnsOptions {
  readonly listen: readonly Address[];
  readonly tls?: SecureAddress;
  readonly https?: SecureAddress;
  /** Metrics and health. */
  readonly http?: Address;
  readonly workers: number;
  readonly lameduckSeconds: number;
}

/** Where to answer over TLS, and what as: a certificate and its key, PEM. */
export interface SecureAddress extends Address {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** Settings as the server takes them; `ownRanges` are the pods' and services' ranges that the daemon knows. */
export function changeableDnsOptions(settings: DnsSettings, ownRanges: readonly string[]): ChangeableDnsOptions {
  const { zones, ttlSeconds, podNames, externalZones, upstreams, transferTo, queryLog } = settings;
  const reverseRanges = [...new Set([...ownRanges, ...settings.reverseRanges])];
  return { zones, ttlSeconds, podNames, reverseRanges, externalZones, upstreams, transferTo, queryLog };
}

/** Reads the certificate where one is needed. Throws UsageError naming the flag and the remedy. */
export async function fixedDnsOptions(settings: DnsSettings): Promise<FixedDnsOptions> {
  const { listen, tlsListen, httpsListen, httpListen, workers, lameduckSeconds } = settings;
  const certificate = isEncrypted(settings) ? await readCertificate(settings) : undefined;
  const secure = (address: Address | undefined): SecureAddress | undefined =>
    address === undefined || certificate === undefined ? undefined : { ...address, ...certificate };
  const tls = secure(tlsListen);
  const https = secure(httpsListen);
  return {
    listen,
    ...(tls === undefined ? {} : { tls }),
    ...(https === undefined ? {} : { https }),
    ...(httpListen === undefined ? {} : { http: await httpAddress(httpListen) }),
    workers,
    lameduckSeconds,
  };
}

async function readCertificate({ tlsFiles }: DnsSettings): Promise<{ readonly cert: Buffer; readonly key: Buffer }> {
  if (tlsFiles === undefined)
    throw new UsageError(
      "DNS over TLS or HTTPS needs a certificate here: give --dns-tls-cert FILE and --dns-tls-key FILE (only `ordinal start` issues one by itself)",
    );
  const [cert, key] = await Promise.all([
    readNamed("dns-tls-cert", tlsFiles.certificate),
    readNamed("dns-tls-key", tlsFiles.key),
  ]);
  return { cert, key };
}

async function readNamed(flag: string, path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new UsageError(`--${flag} ${path}: cannot be read: ${(error as Error).message}`, { cause: error });
  }
}
