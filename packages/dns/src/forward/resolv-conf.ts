import { isIPv4, isIPv6 } from "node:net";
import { parseUpstream, type UpstreamAddress } from "./upstream-address.ts";

/** glibc looks at no more name servers than this. Source: glibc resolv/bits/types/res_state.h, `MAXNS`. */
const maxNameServers = 3;

/**
 * The name servers of a resolv.conf, as glibc reads it: lines that begin with the word `nameserver`, the first three whose
 * address is one; what follows the address does not matter. Anything else is passed over. Source: glibc
 * resolv/res_init.c, `res_vinit_1`.
 */
export function parseResolvConf(text: string): readonly UpstreamAddress[] {
  return text
    .split("\n")
    .map((line) => /^nameserver[ \t]+(?<address>[^;# \t\r]+)/.exec(line)?.groups?.["address"] ?? "")
    .filter((address) => isIPv4(address) || isIPv6(address))
    .slice(0, maxNameServers)
    .flatMap((address) => parseUpstream(address) ?? []);
}
