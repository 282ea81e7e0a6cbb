import { binaryShort } from "../wire/bytes.ts";
import { rcodes, types } from "../wire/constants.ts";
import { labelCountOf, parentOf } from "../wire/name.ts";
import { encodeRecord, pointerTo, questionName } from "../wire/record.ts";
import { setOf, type NameNode } from "../zone/name-table.ts";
import type { RecordSet } from "../zone/record-set.ts";
import type { Zone } from "../zone/zone.ts";
import { weightOf } from "./compose.ts";

/** Longest chain that is followed. Source: CoreDNS plugin/backend_lookup.go, `checkForLoop` and `maxCnameChainLength`. */
const maxHops = 10;

/** Where a chain of CNAMEs leads. */
export interface AliasChain {
  /** The CNAMEs in order, then what stands at the last of our names, all whole. */
  readonly records: readonly string[];
  /** NXDOMAIN where the chain ends at a name of ours that is not there. Source: RFC 6604 §3. */
  readonly rcode: number;
  /** The zone that says NXDOMAIN: it goes with its SOA, which may be another zone's than the question's. */
  readonly deniedBy: Zone | undefined;
  /** The name outside our zones where the chain goes on, as wire labels without the closing zero. */
  readonly outside: string | undefined;
}

export interface AliasQuestion {
  /** As wire labels in lower case, without the closing zero. */
  readonly name: string;
  readonly type: number;
  /** Where the question ends in the message: records follow, and names in them are pointed at. */
  readonly end: number;
  readonly ttlSeconds: number;
  readonly zones: readonly Zone[];
}

/** Follows the CNAME at the question's name through our zones. A loop ends the chain where it closes, nothing said twice. */
export function followAliases(first: RecordSet, { name, type, end, ttlSeconds, zones }: AliasQuestion): AliasChain {
  const records: string[] = [];
  const seen = new Set([name]);
  let owner = questionName;
  let at = end;
  let ttl = ttlSeconds;
  let alias: RecordSet | undefined = first;
  while (alias !== undefined && records.length < maxHops) {
    const [data = ""] = alias.records;
    const record = encodeRecord(owner, { type: types.CNAME, ttlSeconds: alias.ttlSeconds ?? ttl, data });
    records.push(record);
    owner = pointerTo(at + owner.length + 10);
    at += record.length;
    const target = data.slice(0, -1).toLowerCase();
    if (seen.has(target)) break;
    seen.add(target);
    const zone = zoneOf(target, zones);
    if (zone === undefined) return { ...open, records, outside: target };
    const node = nodeAt(target, zone);
    if (node === undefined) return { ...open, records, rcode: rcodes.NXDOMAIN, deniedBy: zone };
    ttl = zone.ttlSeconds;
    const set = setOf(node.sets, type);
    if (set !== undefined) {
      for (const each of completeData(set, zone)) {
        records.push(encodeRecord(owner, { type, ttlSeconds: set.ttlSeconds ?? ttl, data: each }));
      }
      break;
    }
    alias = setOf(node.sets, types.CNAME);
  }
  return { ...open, records };
}

const open = { rcode: rcodes.NOERROR, deniedBy: undefined, outside: undefined };

/** The data of a set's records, with what it lacks put in: weights and the zone. */
function completeData({ type, records }: RecordSet, { targetSuffix }: Zone): readonly string[] {
  if (type === types.PTR) return records.map((data) => data + targetSuffix);
  if (type !== types.SRV) return records;
  const weight = binaryShort(weightOf(records.length));
  return records.map((data) => data.slice(0, 2) + weight + data.slice(4) + targetSuffix);
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
