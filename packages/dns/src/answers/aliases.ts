import { rcodes, types } from "../wire/constants.ts";
import { labelCountOf, parentOf } from "../wire/name.ts";
import { encodeRecord, pointerTo, questionName } from "../wire/record.ts";
import { setOf, type NameNode } from "../zone/name-table.ts";
import type { RecordSet } from "../zone/record-set.ts";
import type { Zone } from "../zone/zone.ts";

/** Longest chain that is followed. Source: CoreDNS plugin/backend_lookup.go, `checkForLoop` and `maxCnameChainLength`. */
const maxHops = 10;

/** Where a chain of CNAMEs leads. */
export interface AliasChain {
  /** The CNAMEs in order, then what stands at the last of our names, all whole. */
  readonly records: readonly string[];
  /** NXDOMAIN where the chain ends at a name of ours that is not there. Source: RFC 6604 §3. */
  readonly rcode: number;
  /** The name outside our zones where the chain goes on, as wire labels without the closing zero. */
  readonly outside: string | undefined;
}

export interface AliasQuestion {
  readonly type: number;
  /** Where the question ends in the message: records follow, and names in them are pointed at. */
  readonly end: number;
  readonly ttlSeconds: number;
  readonly zones: readonly Zone[];
}

/** Follows the CNAME at the question's name through our zones. A loop ends the chain where it closes. */
export function followAliases(first: RecordSet, { type, end, ttlSeconds, zones }: AliasQuestion): AliasChain {
  const records: string[] = [];
  const seen = new Set<string>();
  let owner = questionName;
  let at = end;
  let ttl = ttlSeconds;
  let alias: RecordSet | undefined = first;
  while (alias !== undefined && seen.size < maxHops) {
    const [data = ""] = alias.records;
    const record = encodeRecord(owner, { type: types.CNAME, ttlSeconds: alias.ttlSeconds ?? ttl, data });
    records.push(record);
    owner = pointerTo(at + owner.length + 10);
    at += record.length;
    const target = data.slice(0, -1).toLowerCase();
    if (seen.has(target)) break;
    seen.add(target);
    const zone = zoneOf(target, zones);
    if (zone === undefined) return { records, rcode: rcodes.NOERROR, outside: target };
    const node = nodeAt(target, zone);
    if (node === undefined) return { records, rcode: rcodes.NXDOMAIN, outside: undefined };
    ttl = zone.ttlSeconds;
    const set = setOf(node.sets, type);
    if (set !== undefined) {
      const suffix = type === types.SRV || type === types.PTR ? zone.targetSuffix : "";
      for (const each of set.records) {
        records.push(encodeRecord(owner, { type, ttlSeconds: set.ttlSeconds ?? ttl, data: each + suffix }));
      }
      break;
    }
    alias = setOf(node.sets, types.CNAME);
  }
  return { records, rcode: rcodes.NOERROR, outside: undefined };
}

function zoneOf(name: string, zones: readonly Zone[]): Zone | undefined {
  const labels = labelCountOf(name);
  return zones.find((zone) => zone.isAuthority && labels >= zone.labels && topLabels(name, zone.labels) === zone.key);
}

function nodeAt(name: string, zone: Zone): NameNode | undefined {
  const relative = zone.isRelative ? name.slice(0, name.length - zone.key.length) : name;
  return relative === "" ? { sets: [], parent: undefined, slot: 0 } : zone.table.find(relative);
}

/** A name's last labels. */
function topLabels(name: string, count: number): string {
  let rest = name;
  for (let over = labelCountOf(name) - count; over > 0; over -= 1) rest = parentOf(rest) ?? "";
  return rest;
}
