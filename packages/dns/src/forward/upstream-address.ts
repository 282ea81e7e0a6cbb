import { isIPv4, isIPv6 } from "node:net";

/** Where an upstream answers. */
export interface UpstreamAddress {
  /** An IP address; one of IPv6 may carry a zone (`fe80::1%eth0`). */
  readonly host: string;
  readonly port: number;
}

const dnsPort = 53;

/** Reads `1.2.3.4`, `1.2.3.4:5353`, `::1`, `[::1]` or `[::1]:5353`; undefined where the text is none of them. */
export function parseUpstream(text: string): UpstreamAddress | undefined {
  if (isIPv4(text) || isIPv6(text)) return { host: reachable(text), port: dnsPort };
  const found = /^(?:\[(?<six>[^\]]+)\]|(?<four>[\d.]+))(?::(?<port>\d{1,5}))?$/.exec(text)?.groups;
  if (found === undefined) return undefined;
  const { six, four, port: digits } = found;
  const port = digits === undefined ? dnsPort : Number(digits);
  if (port < 1 || port > 65_535) return undefined;
  if (six !== undefined && isIPv6(six)) return { host: reachable(six), port };
  return four !== undefined && isIPv4(four) ? { host: reachable(four), port } : undefined;
}

/** `127.0.0.1:53`, `[::1]:53`: what an upstream is called in logs and metrics. */
export function showUpstream({ host, port }: UpstreamAddress): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Sending to the wildcard address reaches this machine, so it is called by its own name. */
function reachable(host: string): string {
  if (host === "0.0.0.0") return "127.0.0.1";
  return host === "::" ? "::1" : host;
}
