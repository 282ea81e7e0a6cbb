import type { Address } from "../setting-values.ts";
import { reverseZones } from "./reverse-zones.ts";

/** What the host is to ask whom for. */
export interface SplitDnsTarget {
  /** Where DNS answers, reachable from the host. */
  readonly servers: readonly Address[];
  readonly zones: readonly string[];
  readonly externalZones: readonly string[];
  /** Below in-addr.arpa and ip6.arpa. */
  readonly reverseZones: readonly string[];
}

/** `ranges` are those whose reverse names are served. */
export function targetOf(serving: {
  readonly addresses: readonly Address[];
  readonly zones: readonly string[];
  readonly externalZones?: readonly string[] | undefined;
  readonly ranges: readonly string[];
}): SplitDnsTarget {
  return {
    servers: serving.addresses.map(({ host, port }) => ({ host: reachable[host] ?? host, port })),
    zones: serving.zones,
    externalZones: serving.externalZones ?? [],
    reverseZones: [...new Set(serving.ranges.flatMap((range) => reverseZones(range)))],
  };
}

/** Every zone there is, the reverse ones last. */
export function allZones({ zones, externalZones, reverseZones: reverse }: SplitDnsTarget): readonly string[] {
  return [...zones, ...externalZones, ...reverse];
}

/** Whoever answers everywhere is asked on the loopback. */
const reachable: Readonly<Record<string, string>> = { "0.0.0.0": "127.0.0.1", "::": "::1" };
