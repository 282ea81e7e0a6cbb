import { setImmediate as nextTurn } from "node:timers/promises";
import type { Asked } from "../answers/compose.ts";
import { types } from "../wire/constants.ts";
import { setOf } from "../zone/name-table.ts";
import type { RecordSet } from "../zone/record-set.ts";
import type { Zone } from "../zone/zone.ts";
import { TransferWriter, type OwnedRecords, type Stretch } from "./transfer-writer.ts";

/** The messages that hand out a zone, and which version they hand out. */
export interface ComposedZone {
  readonly serial: number;
  readonly messages: readonly Buffer[];
}

/** Names and records written before others have their turn: about as long as it takes to answer twenty queries. */
const workPerTurn = 250;

/**
 * Writes a whole zone, as it stands at one moment, while it goes on changing: first name by name with pauses, then, in one
 * go, anew the names that have changed since. So the last step takes about as long as the changes themselves did, and no
 * change, however often they come, makes it start over. SOA, all the rest, SOA (RFC 5936 §2.2).
 */
export async function composeZone(asked: Asked, zone: Zone): Promise<ComposedZone> {
  const { table } = zone;
  const before = table.epochs.copy();
  const body = new TransferWriter(asked, zone);
  const names: string[] = [];
  const slots: number[] = [];
  const places: number[] = [];
  let work = 0;
  // Walking a map shows what is added on the way, so in the end there is no name that was not seen.
  for (const [name, node] of table.entries()) {
    if (work >= workPerTurn) {
      work = 0;
      await nextTurn();
    }
    work += 1;
    if (!liesBelow(name, zone)) continue;
    names.push(name);
    slots.push(node.slot);
    places.push(body.place);
    work += addName(body, { name, sets: node.sets, zone });
  }
  // From here on nothing may wait.
  const moved = table.epochs.movedSince(before);
  places.push(body.place);
  const again = new Set<string>();
  const stretches: Stretch[] = [];
  for (let index = 0; index < names.length; index += 1) {
    if (moved[slots[index] ?? 0] === 0) continue;
    again.add(names[index] ?? "");
    stretches.push([places[index] ?? 0, places[index + 1] ?? 0]);
  }
  body.drop(stretches);
  for (const name of again) addName(body, { name, sets: table.find(name)?.sets ?? [], zone });
  const apex = zone.apex();
  const head = new TransferWriter(asked, zone);
  for (const set of apex) head.add(ownedBy("", set));
  for (const set of apex.slice(0, 1)) body.add(ownedBy("", set));
  return { serial: zone.serial >>> 0, messages: [...head.finish(), ...body.finish()] };
}

/** Absolute names of several zones are in one table. Lengths of labels are no characters of names, so whole labels are compared. */
function liesBelow(name: string, { isRelative, key }: Zone): boolean {
  return isRelative || (name.length > key.length && name.endsWith(key));
}

/** Writes what stands at a name; tells how many records that is. */
function addName(
  body: TransferWriter,
  { name, sets, zone }: { name: string; sets: readonly RecordSet[]; zone: Zone },
): number {
  const owner = zone.isRelative ? name : name.slice(0, -zone.key.length);
  // Beside a CNAME nothing may stand (RFC 2181 §10.1), or nobody takes the zone; who asks is told what is beside it, too.
  const alias = sets.length === 0 ? undefined : setOf(sets, types.CNAME);
  let count = 0;
  for (const set of sets) {
    if (set === alias && sets.length > 1) continue;
    const owned = ownedBy(owner, set);
    body.add(set === alias ? { ...owned, records: owned.records.slice(0, 1) } : owned);
    count += owned.records.length;
  }
  return count;
}

function ownedBy(owner: string, { type, ttlSeconds, records }: RecordSet): OwnedRecords {
  return { owner, type, ttlSeconds, records };
}
