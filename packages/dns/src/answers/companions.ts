import { types } from "../wire/constants.ts";
import { compressed, encodeRecord } from "../wire/record.ts";
import { setOf, type NameNode } from "../zone/name-table.ts";
import type { RecordSet } from "../zone/record-set.ts";
import type { Zone } from "../zone/zone.ts";

/** Octets of an SRV record's data before its target. */
const targetAt = 6;

/** The addresses of an SRV set's targets, for the additional section of an answer to a question for `name`. */
export function targetAddresses(set: RecordSet, name: string, zone: Zone): readonly string[] {
  const records: string[] = [];
  for (const target of new Set(set.records.map((data) => data.slice(targetAt)))) {
    const owner = compressed(target + zone.key, name + zone.key);
    for (const { type, records: addresses, ttlSeconds = zone.ttlSeconds } of addressesAt(zone.table.find(target))) {
      for (const data of addresses) records.push(encodeRecord(owner, { type, ttlSeconds, data }));
    }
  }
  return records;
}

function addressesAt(node: NameNode | undefined): readonly RecordSet[] {
  if (node === undefined) return [];
  return [setOf(node.sets, types.A), setOf(node.sets, types.AAAA)].filter((set) => set !== undefined);
}
