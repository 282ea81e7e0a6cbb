import { types } from "../wire/constants.ts";
import { parentOf } from "../wire/name.ts";
import { compressed, encodeRecord } from "../wire/record.ts";
import { setOf, type NameNode } from "../zone/name-table.ts";
import type { RecordSet } from "../zone/record-set.ts";
import type { Zone } from "../zone/zone.ts";

/** Octets of an SRV record's data before its target. */
const targetAt = 6;

/**
 * The addresses of an SRV set's targets, for the additional section. They are kept with the set until something changes
 * at or below the service: the targets are there, and nobody else's change touches them.
 */
export function targetAddresses(
  set: RecordSet,
  { name, node, zone }: { readonly name: string; readonly node: NameNode; readonly zone: Zone },
): readonly string[] {
  const service = serviceOf(name, node);
  const kept = set.companions;
  if (kept !== undefined && kept.zone === zone && kept.changes === service.node.changes) return kept.records;
  const suffix = zone.targetSuffix.slice(0, -1);
  const records: string[] = [];
  let isWithin = true;
  for (const target of new Set(set.records.map((data) => data.slice(targetAt)))) {
    isWithin &&= target.endsWith(service.name);
    const owner = compressed(target + suffix, name + suffix);
    for (const address of addressesAt(zone.table.find(target))) {
      const ttlSeconds = address.ttlSeconds ?? zone.ttlSeconds;
      for (const data of address.records) records.push(encodeRecord(owner, { type: address.type, ttlSeconds, data }));
    }
  }
  if (isWithin) set.companions = { zone, changes: service.node.changes, records };
  return records;
}

function addressesAt(node: NameNode | undefined): readonly RecordSet[] {
  if (node === undefined) return [];
  return [setOf(node.sets, types.A), setOf(node.sets, types.AAAA)].filter((set) => set !== undefined);
}

/** The name above `_port._protocol`. */
function serviceOf(name: string, node: NameNode): { readonly name: string; readonly node: NameNode } {
  const parent = name.charCodeAt(1) === 0x5f ? parentOf(name) : undefined;
  return parent === undefined || node.parent === undefined ? { name, node } : serviceOf(parent, node.parent);
}
