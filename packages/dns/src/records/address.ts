import { isIPv4 } from "node:net";
import { ipv6Octets } from "../wire/address.ts";
import type { Fact, Tree } from "./fact.ts";

/** An address in the one way of writing it, and the type of record that holds it. */
export interface Address {
  readonly type: "A" | "AAAA";
  readonly text: string;
}

/**
 * The same address for every way of writing it, so that what is said twice is one record: IPv6 as in RFC 5952 §4, and an
 * IPv4 address mapped into IPv6 as IPv4 (as Go's `net.ParseIP` has it). Undefined for text that is no address.
 */
export function readAddress(text: string): Address | undefined {
  if (isIPv4(text)) return { type: "A", text };
  const octets = ipv6Octets(text);
  if (octets === undefined) return undefined;
  if (octets.startsWith(mapped)) return { type: "A", text: [...Buffer.from(octets.slice(12), "latin1")].join(".") };
  return { type: "AAAA", text: compress(octets) };
}

/** The valid ones among these, each once. */
export function readAddresses(texts: readonly string[]): readonly Address[] {
  if (texts.length === 1) {
    const address = readAddress(texts[0] ?? "");
    return address === undefined ? [] : [address];
  }
  const all = new Map(texts.flatMap((text) => readAddress(text) ?? []).map((address) => [address.text, address]));
  return [...all.values()];
}

/**
 * The address as a label: `10-0-0-1`, `fd00--1`; a label does not end in a hyphen, so `fd00::` is `fd00--0`.
 * Source: CoreDNS plugin/kubernetes/kubernetes.go, `endpointHostname`.
 */
export function dashed({ type, text }: Address): string {
  const label = text.replaceAll(type === "A" ? "." : ":", "-");
  return label.endsWith("-") ? `${label}0` : label;
}

/** A name in a tree. */
export interface NameAt {
  readonly tree?: Tree | undefined;
  readonly name: string;
}

export function addressFact(at: NameAt, { type, text }: Address): Fact {
  return factAt(at, { type, data: text });
}

/** Without `tree: undefined`: a fact has one or has none. */
export function factAt({ tree, name }: NameAt, record: NonNullable<Fact["record"]>): Fact {
  return tree === undefined ? { name, record } : { tree, name, record };
}

/** `::ffff:0:0/96`. Source: RFC 4291 §2.5.5.2. */
const mapped = `${"\0".repeat(10)}\xff\xff`;

function compress(octets: string): string {
  const groups = Array.from({ length: 8 }, (_, index) =>
    ((octets.charCodeAt(2 * index) << 8) | octets.charCodeAt(2 * index + 1)).toString(16),
  );
  const { start, length } = longestZeroRun(groups);
  if (length < 2) return groups.join(":");
  return `${groups.slice(0, start).join(":")}::${groups.slice(start + length).join(":")}`;
}

function longestZeroRun(groups: readonly string[]): { readonly start: number; readonly length: number } {
  let longest = { start: 0, length: 0 };
  let start = 0;
  for (const [index, group] of groups.entries()) {
    if (group !== "0") start = index + 1;
    else if (index + 1 - start > longest.length) longest = { start, length: index + 1 - start };
  }
  return longest;
}
