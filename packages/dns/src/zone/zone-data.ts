import { difference } from "../records/difference.ts";
import type { Fact } from "../records/fact.ts";
import { codeOf, encodeRecord } from "../records/record-types.ts";
import { wireName } from "../wire/name.ts";
import { NameTable } from "./name-table.ts";
import type { Zone } from "./zone.ts";

export interface ZoneData {
  readonly table: NameTable;
  /** Makes the zones say `after` instead of `before`, touching only what differs. */
  apply(before: readonly Fact[], after: readonly Fact[]): void;
  /** Moves the zones' serials to this revision if anything was applied since the last time. */
  moveSerial(revision: number): void;
}

/** Keeps the prepared records of all zones true to the facts. */
export function createZoneData({ zones, ttlSeconds }: { zones: readonly Zone[]; ttlSeconds: number }): ZoneData {
  const table = new NameTable();
  let isChanged = false;

  function say({ name, record }: Fact): void {
    const wire = wireName(name);
    if (wire === undefined) return;
    if (record === undefined) {
      table.hold(wire);
      return;
    }
    const octets = encodeRecord(record, ttlSeconds);
    if (octets !== undefined) table.add(wire, { type: codeOf(record.type), octets });
  }

  function unsay({ name, record }: Fact): void {
    const wire = wireName(name);
    if (wire === undefined) return;
    if (record === undefined) {
      table.release(wire);
      return;
    }
    const octets = encodeRecord(record, ttlSeconds);
    if (octets !== undefined) table.remove(wire, { type: codeOf(record.type), octets });
  }

  return {
    table,
    apply(before, after) {
      const { added, removed } = difference(before, after);
      // First what is new, so that a name that stays is never taken out and put in again.
      for (const fact of added) say(fact);
      for (const fact of removed) unsay(fact);
      isChanged ||= added.length > 0 || removed.length > 0;
    },
    moveSerial(revision) {
      if (!isChanged) return;
      isChanged = false;
      for (const zone of zones) zone.moveSerial(revision);
    },
  };
}
