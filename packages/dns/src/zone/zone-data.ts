import { difference } from "../records/difference.ts";
import type { Fact, Tree } from "../records/fact.ts";
import { codeOf, encodeData } from "../records/record-types.ts";
import { wireName } from "../wire/name.ts";
import type { NameTable, TableRecord } from "./name-table.ts";

/** The tables of names: one for all cluster zones, and one for each other tree. */
export type Tables = Readonly<Record<Tree | "cluster", NameTable>>;

export interface ZoneData {
  /** Makes the zones say `after` instead of `before`, touching only what differs. */
  apply(before: readonly Fact[], after: readonly Fact[]): void;
  /** Whether anything was applied since the last time this was asked. */
  takeChanged(): boolean;
}

/** Keeps tables true to the facts. What cannot be written on the wire (a label too long, text that is no address) is left out. */
export function createZoneData(tables: Tables): ZoneData {
  let isChanged = false;

  function say({ tree, name, record }: Fact): void {
    const wire = wireName(name);
    const table = tables[tree ?? "cluster"];
    if (wire === undefined) return;
    if (record === undefined) {
      table.hold(wire);
      return;
    }
    const encoded = encode(record);
    if (encoded !== undefined) table.add(wire, encoded);
  }

  function unsay({ tree, name, record }: Fact): void {
    const wire = wireName(name);
    const table = tables[tree ?? "cluster"];
    if (wire === undefined) return;
    if (record === undefined) {
      table.release(wire);
      return;
    }
    const encoded = encode(record);
    if (encoded !== undefined) table.remove(wire, encoded);
  }

  return {
    apply(before, after) {
      const { added, removed } = difference(before, after);
      // First what is new, so that a name that stays is never taken out and put in again.
      for (const fact of added) say(fact);
      for (const fact of removed) unsay(fact);
      isChanged ||= added.length > 0 || removed.length > 0;
    },
    takeChanged() {
      const was = isChanged;
      isChanged = false;
      return was;
    },
  };
}

function encode(record: NonNullable<Fact["record"]>): TableRecord | undefined {
  const data = encodeData(record);
  return data === undefined ? undefined : { type: codeOf(record.type), data, ttlSeconds: record.ttlSeconds };
}
