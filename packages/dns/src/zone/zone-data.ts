import { difference } from "../records/difference.ts";
import type { Fact, RecordText, Tree } from "../records/fact.ts";
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
  const encode = createEncoder();
  let isChanged = false;

  function say({ tree, name, record }: Fact): void {
    const wire = encode.name(name);
    const table = tables[tree ?? "cluster"];
    if (wire === undefined) return;
    if (record === undefined) {
      table.hold(wire);
      return;
    }
    const encoded = encode.record(record);
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
    const encoded = encode.record(record);
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

interface Encoder {
  name(name: string): string | undefined;
  record(record: RecordText): TableRecord | undefined;
}

/** How many of the last names and records are remembered: as many as one endpoint says. */
const remembered = 8;

/**
 * Facts of one endpoint come together and say the same address and the same target several times. What was written just
 * before is given again, so that it is kept once, and a name that is a pointer's target too is one string.
 */
function createEncoder(): Encoder {
  const texts: string[] = [];
  const octets: (string | undefined)[] = [];
  let next = 0;

  function remember(text: string, write: () => string | undefined): string | undefined {
    const known = texts.indexOf(text);
    if (known >= 0) return octets[known];
    const written = write();
    texts[next] = text;
    octets[next] = written;
    next = (next + 1) % remembered;
    return written;
  }

  return {
    name: (name) => remember(name, () => wireName(name)),
    record(record) {
      const { type, data, ttlSeconds } = record;
      const text = type === "PTR" ? data : `${type} ${data}`;
      const encoded = remember(text, () => encodeData(record));
      return encoded === undefined ? undefined : { type: codeOf(type), data: encoded, ttlSeconds };
    },
  };
}
