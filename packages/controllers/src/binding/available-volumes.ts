import { classNameOf, matches, selectorOf, type PersistentVolume, type PersistentVolumeClaim } from "@ordinal/api";
import { capacityOf, modeOf, requestOf } from "./match-volume.ts";

interface Shelved {
  readonly capacity: bigint;
  readonly name: string;
  readonly volume: PersistentVolume;
}

/** Volumes of one class and volume mode that all give the same access modes, the smallest first. */
interface Shelf {
  readonly modes: ReadonlySet<string>;
  readonly shelved: Shelved[];
}

export interface FindOptions {
  /**
   * `fewestModes`: volumes with no more access modes than needed come first, then small ones, as the binding controller
   * chooses. `smallest`: small ones come first, as the scheduler chooses.
   */
  readonly prefer: "fewestModes" | "smallest";
  /** What else must hold; called for one volume after the other, until it says yes. */
  readonly accepts?: (volume: PersistentVolume) => boolean;
}

/**
 * The volumes that any claim may have, sorted so that finding one does not walk over those that are too small, of
 * another class or mode, or taken: these are not here at all.
 */
export class AvailableVolumes {
  readonly #shelves = new Map<string, Map<string, Shelf>>();

  add(volume: PersistentVolume): void {
    const modes = new Set<string>(volume.spec.accessModes);
    const ofKind = this.#shelves.get(kindKey(volume)) ?? new Map<string, Shelf>();
    const shelf = ofKind.get(modesKey(modes)) ?? { modes, shelved: [] };
    const entry = { capacity: capacityOf(volume), name: volume.metadata.name, volume };
    shelf.shelved.splice(placeOf(shelf, entry), 0, entry);
    ofKind.set(modesKey(modes), shelf);
    this.#shelves.set(kindKey(volume), ofKind);
  }

  /** Takes out what `add` was given. */
  remove(volume: PersistentVolume): void {
    const key = modesKey(new Set(volume.spec.accessModes));
    const ofKind = this.#shelves.get(kindKey(volume));
    const shelf = ofKind?.get(key);
    if (ofKind === undefined || shelf === undefined) return;
    const place = placeOf(shelf, { capacity: capacityOf(volume), name: volume.metadata.name });
    if (shelf.shelved[place]?.name === volume.metadata.name) shelf.shelved.splice(place, 1);
    if (shelf.shelved.length === 0) ofKind.delete(key);
    if (ofKind.size === 0) this.#shelves.delete(kindKey(volume));
  }

  /** The best volume for a claim. Source: `findBestMatchForClaim`, `FindMatchingVolume`. */
  find(claim: PersistentVolumeClaim, { prefer, accepts = () => true }: FindOptions): PersistentVolume | undefined {
    const wanted = claim.spec.accessModes ?? [];
    const selector = claim.spec.selector === undefined ? [] : selectorOf(claim.spec.selector);
    const shelves = [...(this.#shelves.get(kindKey(claim))?.values() ?? [])]
      .filter(({ modes }) => wanted.every((mode) => modes.has(mode)))
      .toSorted((a, b) => a.modes.size - b.modes.size);
    let best: (Shelved & { readonly modeCount: number }) | undefined;
    for (const shelf of shelves) {
      if (best !== undefined && prefer === "fewestModes" && shelf.modes.size > best.modeCount) break;
      const found = firstOf(shelf, requestOf(claim), (volume) => {
        return matches(selector, volume.metadata.labels) && accepts(volume);
      });
      if (found !== undefined && (best === undefined || compare(found, best) < 0)) {
        best = { ...found, modeCount: shelf.modes.size };
      }
    }
    return best?.volume;
  }
}

function firstOf(shelf: Shelf, capacity: bigint, accepts: (volume: PersistentVolume) => boolean): Shelved | undefined {
  for (let place = placeOf(shelf, { capacity, name: "" }); place < shelf.shelved.length; place += 1) {
    const entry = shelf.shelved[place];
    if (entry !== undefined && accepts(entry.volume)) return entry;
  }
  return undefined;
}

/** Where an entry stands, or would stand: found by halving. */
function placeOf({ shelved }: Shelf, entry: Pick<Shelved, "capacity" | "name">): number {
  let low = 0;
  let high = shelved.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const there = shelved[middle];
    if (there !== undefined && compare(there, entry) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function compare(a: Pick<Shelved, "capacity" | "name">, b: Pick<Shelved, "capacity" | "name">): number {
  if (a.capacity !== b.capacity) return a.capacity < b.capacity ? -1 : 1;
  if (a.name === b.name) return 0;
  return a.name < b.name ? -1 : 1;
}

function kindKey(object: PersistentVolume | PersistentVolumeClaim): string {
  return `${modeOf(object)} ${classNameOf(object)}`;
}

function modesKey(modes: ReadonlySet<string>): string {
  return [...modes].toSorted().join(",");
}
