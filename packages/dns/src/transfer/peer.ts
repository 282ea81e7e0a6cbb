import { BlockList, isIPv4, isIPv6 } from "node:net";
import { parseUpstream, type UpstreamAddress } from "../forward/upstream-address.ts";

/** Whom zones may be transferred to. */
export interface Peer {
  /** An address alone is a range of one. */
  readonly range: { readonly address: string; readonly prefix: number; readonly family: "ipv4" | "ipv6" };
  /** Where to tell that a zone has changed; undefined for a range of many. */
  readonly notify: UpstreamAddress | undefined;
}

/**
 * Reads `192.0.2.1`, `192.0.2.1:5353`, `[fd00::1]:5353` (the port is where NOTIFY goes, 53 without) or a range such as
 * `192.0.2.0/24`. Throws, with what to write instead, where the text is none of them.
 */
export function parsePeer(text: string): Peer {
  const peer = text.includes("/") ? rangeOf(text) : addressOf(text);
  if (peer === undefined) {
    throw new Error(
      `DNS zones cannot be transferred to ${JSON.stringify(text)}: write an address such as 192.0.2.1, 192.0.2.1:53 or ` +
        `[fd00::1]:53, or a range such as 192.0.2.0/24 or fd00::/64`,
    );
  }
  return peer;
}

/** Tells whether an address, as text, is among the peers. */
export function createAllowList(peers: readonly Peer[]): (address: string) => boolean {
  const list = new BlockList();
  for (const { range } of peers) list.addSubnet(range.address, range.prefix, range.family);
  return (address) => {
    // Which link an address is on is no part of it.
    const plain = withoutLink(address);
    if (isIPv4(plain)) return list.check(plain, "ipv4");
    return isIPv6(plain) && list.check(plain, "ipv6");
  };
}

function rangeOf(text: string): Peer | undefined {
  const [address = "", digits = "", ...rest] = text.split("/");
  const family = familyOf(address);
  const prefix = Number(digits);
  const isRange = family !== undefined && rest.length === 0 && /^\d{1,3}$/.test(digits) && prefix <= bitsOf(family);
  return isRange ? { range: { address, prefix, family }, notify: undefined } : undefined;
}

function addressOf(text: string): Peer | undefined {
  const notify = parseUpstream(text);
  if (notify === undefined) return undefined;
  const address = withoutLink(notify.host);
  const family = familyOf(address);
  return family === undefined ? undefined : { range: { address, prefix: bitsOf(family), family }, notify };
}

function familyOf(address: string): "ipv4" | "ipv6" | undefined {
  if (isIPv4(address)) return "ipv4";
  return isIPv6(address) && !address.includes("%") ? "ipv6" : undefined;
}

function bitsOf(family: "ipv4" | "ipv6"): number {
  return family === "ipv4" ? 32 : 128;
}

/** `fe80::1` of `fe80::1%eth0`. */
function withoutLink(address: string): string {
  return address.split("%")[0] ?? "";
}
