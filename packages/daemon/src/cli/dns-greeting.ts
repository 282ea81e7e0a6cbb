import type { Serving } from "../companion.ts";
import type { DnsSettings } from "../dns-settings.ts";
import { showAddress, type Address } from "../setting-values.ts";

/** What somebody who runs the DNS server by hand sees: where it answers, for which names, and a line to try. */
export function showDnsGreeting(
  { addresses, http, tls, https, zones = [] }: Serving,
  { kubeconfig, settings }: { readonly kubeconfig: string; readonly settings: DnsSettings },
): string {
  const [first] = addresses;
  const optional = (name: string, address: Address | undefined, show: (place: string) => string): readonly string[] =>
    address === undefined ? [] : [line(name, show(showAddress(address)))];
  return [
    "",
    `DNS answers at ${addresses.map(showAddress).join(", ")}, over UDP and TCP.`,
    line("names", `of ${zones.join(", ")}, as the API server of ${kubeconfig} has them`),
    line("others", othersIn(settings)),
    ...optional("TLS", tls, (place) => place),
    ...optional("HTTPS", https, (place) => `https://${place}/dns-query`),
    ...optional("metrics", http, (place) => `http://${place}/metrics`),
    ...(first === undefined
      ? []
      : [line("try", `dig +short ${digServer(first)} kubernetes.default.svc.${zones[0] ?? "cluster.local"}`)]),
    "Ctrl-C ends it.",
    "",
  ].join("\n");
}

function line(name: string, value: string): string {
  return `  ${name.padEnd(9)}${value}`;
}

function othersIn({ upstreams }: DnsSettings): string {
  if (upstreams === "host") return "are passed to whom this host asks";
  return upstreams.length === 0 ? "are refused" : `are passed to ${upstreams.map(showAddress).join(", ")}`;
}

/** The server as dig takes it; a wildcard address is asked on the loopback. */
export function digServer({ host, port }: Address): string {
  const reachable = { "0.0.0.0": "127.0.0.1", "::": "::1" }[host] ?? host;
  return `@${reachable}${port === 53 ? "" : ` -p ${port}`}`;
}
