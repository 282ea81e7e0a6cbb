import { isIPv4 } from "node:net";
import { ipv4Octets, ipv6Octets } from "../wire/address.ts";
import type { UpstreamAddress } from "./upstream-address.ts";

/**
 * Whether an upstream is this server itself: one of its addresses, or any address of the machine where it listens on all of
 * them. `local` are the machine's addresses.
 */
export function isOwnAddress(
  upstream: UpstreamAddress,
  { own, local }: { readonly own: readonly UpstreamAddress[]; readonly local: readonly string[] },
): boolean {
  const octets = octetsOf(upstream.host);
  const isLocal = isLoopback(upstream.host) || local.some((each) => octetsOf(each) === octets);
  return own.some(({ host, port }) => {
    if (port !== upstream.port) return false;
    if (host === "0.0.0.0") return isLocal && isIPv4(upstream.host);
    // A socket on all IPv6 addresses takes IPv4 as well, unless told otherwise.
    if (host === "::") return isLocal;
    return octetsOf(host) === octets;
  });
}

function isLoopback(host: string): boolean {
  return isIPv4(host) ? host.startsWith("127.") : octetsOf(host) === ipv6Octets("::1");
}

/** One address has many spellings in IPv6. */
function octetsOf(host: string): string {
  return ipv4Octets(host) ?? ipv6Octets(host) ?? host;
}
