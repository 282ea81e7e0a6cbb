import { readFile } from "node:fs/promises";
import type { ChangeableOptions, DnsServerOptions } from "@ordinal/dns";
import { isEncrypted } from "./dns-arguments.ts";
import type { DnsSettings } from "./dns-settings.ts";
import { httpAddress } from "./http-address.ts";
import type { Address } from "./setting-values.ts";
import { UsageError } from "./usage-error.ts";

/** What is settled when the server starts. */
export type FixedDnsOptions = Required<Pick<DnsServerOptions, "listen" | "workers" | "lameduckSeconds">> &
  Pick<DnsServerOptions, "tls" | "https" | "http">;

/** Settings as the server takes them; `ownRanges` are the pods' and services' ranges that the daemon knows. */
export function changeableDnsOptions(settings: DnsSettings, ownRanges: readonly string[]): Required<ChangeableOptions> {
  const { zones, ttlSeconds, podNames, externalZones, upstreams, transferTo, queryLog } = settings;
  const reverseRanges = [...new Set([...ownRanges, ...settings.reverseRanges])];
  return { zones, ttlSeconds, podNames, reverseRanges, externalZones, upstreams, transferTo, queryLog };
}

/** Reads the certificate where one is needed. Throws UsageError naming the flag and the remedy. */
export async function fixedDnsOptions(settings: DnsSettings): Promise<FixedDnsOptions> {
  const { listen, tlsListen, httpsListen, httpListen, workers, lameduckSeconds } = settings;
  const certificate = await readCertificate(settings);
  const secure = (address: Address | undefined): FixedDnsOptions["tls"] =>
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

/** The certificate and its key, where DNS needs them. Throws UsageError naming the flag and the remedy. */
export async function readCertificate(
  settings: DnsSettings,
): Promise<{ readonly cert: Buffer; readonly key: Buffer } | undefined> {
  const { tlsFiles } = settings;
  if (!isEncrypted(settings)) return undefined;
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
