import { createHash } from "node:crypto";
import type { Link, Route } from "./parse-ip.ts";
import { contains, formatAddress, overlaps, parseRange } from "./ranges.ts";
import type { AddressRange } from "./ranges.ts";

/** The network that all pods of one data directory share. */
export interface PodNetwork {
  readonly bridge: string;
  readonly podCidr: string;
  readonly serviceCidr: string;
  readonly gateway: string;
  readonly prefixLength: number;
  /** Says on the bridge whose it is, for other daemons. */
  readonly alias: string;
}

export interface HostNetwork {
  readonly links: readonly Link[];
  readonly routes: readonly Route[];
}

/** Lines for `ip -batch`, or why the network cannot be made, with what the user can do. */
export type NetworkPlan =
  | { readonly ok: true; readonly batch: readonly string[] }
  | { readonly ok: false; readonly message: string };

/** The lowest priority there is, so that every route to a pod goes before. */
const lastMetric = 4_294_967_295;

/** Names the network of a state directory. Throws when a range is none. */
export function describeNetwork(options: {
  readonly stateDir: string;
  readonly podCidr: string;
  readonly serviceCidr: string;
}): PodNetwork {
  const { stateDir, podCidr, serviceCidr } = options;
  const pods = parseRange(podCidr);
  if (pods === undefined || pods.prefixLength > 29)
    throw new Error(`--pod-cidr ${podCidr} is not a range such as 10.244.0.0/16`);
  const services = parseRange(serviceCidr);
  if (services === undefined) throw new Error(`--service-cidr ${serviceCidr} is not a range such as 10.96.0.0/16`);
  if (overlaps(pods, services)) throw new Error(`--pod-cidr ${podCidr} and --service-cidr ${serviceCidr} overlap`);
  return {
    bridge: `ord-${hashOf(stateDir).slice(0, 6)}`,
    podCidr,
    serviceCidr,
    gateway: formatAddress(pods.first + 1),
    prefixLength: pods.prefixLength,
    alias: `ordinal pods=${podCidr} services=${serviceCidr} in ${stateDir}`.slice(0, 255),
  };
}

/** What is missing of the network, given what the host has. */
export function planNetwork(network: PodNetwork, host: HostNetwork): NetworkPlan {
  const conflict =
    findConflict(network, { host, cidr: network.podCidr, flag: "--pod-cidr" }) ??
    findConflict(network, { host, cidr: network.serviceCidr, flag: "--service-cidr" });
  if (conflict !== undefined) return { ok: false, message: conflict };
  const { bridge, podCidr, serviceCidr, gateway, prefixLength } = network;
  const exists = host.links.some(({ name }) => name === bridge);
  return {
    ok: true,
    batch: [
      // With an address of its own: else it takes that of some pod's link, and changes it when the pod goes.
      ...(exists ? [] : [`link add name ${bridge} address ${hardwareAddress(bridge)} type bridge forward_delay 0`]),
      `addr replace ${gateway}/${prefixLength} dev ${bridge}`,
      `link set dev ${bridge} up`,
      `route replace blackhole ${podCidr} metric ${lastMetric}`,
      // Every address of services is one of this host, so that whoever serves one can bind it.
      `route replace local ${serviceCidr} dev lo`,
    ],
  };
}

/** The bridges of daemons whose state directory is gone can go too; `exists` says of a directory whether it is there. */
export function otherNetworks(
  network: PodNetwork,
  links: readonly Link[],
): readonly { readonly bridge: string; readonly stateDir: string; readonly ports: number }[] {
  return links
    .filter(({ name, alias }) => name !== network.bridge && isOurs(alias))
    .map(({ name, alias }) => ({
      bridge: name,
      stateDir: alias.slice(alias.indexOf(" in ") + 4),
      ports: links.filter(({ master }) => master === name).length,
    }));
}

function findConflict(
  { bridge }: PodNetwork,
  { host, cidr, flag }: { readonly host: HostNetwork; readonly cidr: string; readonly flag: string },
): string | undefined {
  const range = parseRange(cidr);
  if (range === undefined) return `${flag} ${cidr} is not a range of addresses`;
  for (const { name, addresses, alias } of host.links) {
    if (name === bridge) continue;
    const claimed =
      addresses.find((each) => takesFrom(range, each)) ?? rangesOf(alias).find((each) => sharesWith(range, each));
    if (claimed === undefined) continue;
    const whose = isOurs(alias)
      ? `another Ordinal (${alias.slice(alias.indexOf(" in ") + 4)})`
      : `the interface ${name}`;
    return `${flag} ${cidr} overlaps ${claimed} of ${whose}; choose another range with ${flag}`;
  }
  const route = host.routes.find(({ to, type, device }) => {
    return type === "unicast" && device !== bridge && to !== "default" && isWithinRange(range, to);
  });
  if (route === undefined) return undefined;
  return `${flag} ${cidr} overlaps the route to ${route.to} by ${route.device ?? "another gateway"}; choose another range with ${flag}`;
}

/** A network larger than the range does not: the smaller one of two routes counts. Its own address may lie there, though. */
function takesFrom(range: AddressRange, address: string): boolean {
  const network = parseRange(address);
  const own = parseRange(address.split("/")[0] ?? "");
  return network !== undefined && own !== undefined && (contains(range, network) || contains(range, own));
}

function sharesWith(range: AddressRange, cidr: string): boolean {
  const other = parseRange(cidr);
  return other !== undefined && overlaps(range, other);
}

function isWithinRange(range: AddressRange, cidr: string): boolean {
  const other = parseRange(cidr);
  return other !== undefined && contains(range, other);
}

function isOurs(alias: string): boolean {
  return alias.startsWith("ordinal ");
}

function rangesOf(alias: string): readonly string[] {
  if (!isOurs(alias)) return [];
  return [...alias.matchAll(/(?:pods|services)=(\S+)/g)].flatMap(([, cidr]) => (cidr === undefined ? [] : [cidr]));
}

/** Locally administered, and the same for the same name. */
function hardwareAddress(name: string): string {
  const bytes = hashOf(name).slice(0, 10).match(/../g) ?? [];
  return ["02", ...bytes].join(":");
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
