import type { DnsSettings, TlsFiles } from "./dns-settings.ts";
import { fixedDnsFlags, type FlagName } from "./flags.ts";
import type { Settings } from "./settings.ts";
import { showAddress, type Address, type Raw } from "./setting-values.ts";

/** What the daemon knows and the settings do not say. */
export interface DnsCircumstances {
  /** Where pods ask for names; undefined where they ask nobody of ours. */
  readonly podDnsAddress: string | undefined;
  /** Pods' and services' ranges: their reverse names are ours. */
  readonly ownRanges: readonly string[];
  /** The certificate that the daemon has issued, where one is needed and none was named. */
  readonly issued: TlsFiles | undefined;
}

/**
 * How the daemon starts its DNS process: with its own config file and flags, so that the process can follow the file by
 * itself; what needs a new process stands in the arguments, so that another value makes one.
 */
export function dnsArguments(
  { dns, dnsFlags, configFile }: Pick<Settings, "dns" | "dnsFlags" | "configFile">,
  { podDnsAddress, ownRanges, issued }: DnsCircumstances,
): readonly string[] {
  const listen = [...dns.listen, ...(podDnsAddress === undefined ? [] : [{ host: podDnsAddress, port: 53 }])];
  const files = isEncrypted(dns) ? (dns.tlsFiles ?? issued) : undefined;
  const changeable = Object.entries(dnsFlags).filter(([name]) => !fixedDnsFlags.some((each) => each === name));
  return [
    ...(configFile === undefined ? [] : [`--config=${configFile}`]),
    ...listen.map((each) => `--dns-listen=${showAddress(each)}`),
    ...httpArguments(dns),
    ...addressArgument("dns-tls-listen", dns.tlsListen),
    ...addressArgument("dns-https-listen", dns.httpsListen),
    ...(files === undefined ? [] : [`--dns-tls-cert=${files.certificate}`, `--dns-tls-key=${files.key}`]),
    `--dns-workers=${dns.workers}`,
    `--dns-lameduck=${dns.lameduckSeconds}`,
    ...flagArguments(Object.fromEntries(changeable)),
    ...ownRanges.map((range) => `--own-range=${range}`),
    "--report-lease",
  ];
}

/** Whether DNS needs a certificate. */
export function isEncrypted({ tlsListen, httpsListen }: DnsSettings): boolean {
  return tlsListen !== undefined || httpsListen !== undefined;
}

/** What clients reach the encrypted listeners by: names for a certificate of our own. */
export function certificateHosts({ tlsListen, httpsListen, zones }: DnsSettings): readonly string[] {
  const listening = [tlsListen, httpsListen].flatMap((address) => (address === undefined ? [] : [address.host]));
  const addresses = listening.flatMap((host) => (host === "0.0.0.0" || host === "::" ? ["127.0.0.1", "::1"] : [host]));
  return [...new Set([...addresses, "localhost", ...zones.map((zone) => `ns.dns.${zone}`)])];
}

/** The default is not passed on, because only a port that somebody asked for is insisted on. */
function httpArguments({ httpListen }: DnsSettings): readonly string[] {
  if (httpListen === undefined) return ["--dns-http-listen=none"];
  return httpListen.isDefault ? [] : [`--dns-http-listen=${showAddress(httpListen)}`];
}

function addressArgument(name: FlagName, address: Address | undefined): readonly string[] {
  return address === undefined ? [] : [`--${name}=${showAddress(address)}`];
}

function flagArguments(raw: Raw): readonly string[] {
  return Object.entries(raw).flatMap(([name, value]) => {
    if (typeof value === "boolean") return value ? [`--${name}`] : [];
    return (typeof value === "string" ? [value] : value).map((each) => `--${name}=${each}`);
  });
}
