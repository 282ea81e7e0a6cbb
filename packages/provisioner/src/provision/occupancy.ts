import type { PersistentVolume } from "@ordinal/api";
import type { Informer } from "@ordinal/client";
import type { VolumePlace } from "../backend/volume-backend.ts";
import { directoriesAbove, isBelow, pathOf } from "./paths.ts";

/** How another volume's directory lies to one's own: it is the same one, is inside it, or has it inside. */
interface Neighbour {
  readonly volumeName: string;
  readonly lies: "same" | "inside" | "around";
}

/** Knows which volume has which directory: by the objects, and by what is being made or removed just now. */
export interface Occupancy {
  /** The other volumes that have to do with this directory; of those around it only the ones below its base. */
  neighbours(volumeName: string, place: VolumePlace): readonly Neighbour[];
  /** The volume works on the path until it is released. */
  hold(volumeName: string, path: string): void;
  release(volumeName: string): void;
}

type Indexes = Readonly<Record<"path" | "above", (volume: PersistentVolume) => readonly string[]>>;

/** What an informer of volumes needs as indexes for this. */
export const occupancyIndexes: Indexes = {
  path: (volume) => pathsOf(volume),
  above: (volume) => pathsOf(volume).flatMap((path) => directoriesAbove(path)),
};

export function createOccupancy(volumes: Pick<Informer<PersistentVolume>, "by">): Occupancy {
  const held = new Map<string, string>();

  function* all(place: VolumePlace): Iterable<Neighbour> {
    for (const volumeName of named("path", place.path)) yield { volumeName, lies: "same" };
    for (const volumeName of named("above", place.path)) yield { volumeName, lies: "inside" };
    for (const above of directoriesAbove(place.path).filter((each) => isBelow(place.base, each)))
      for (const volumeName of named("path", above)) yield { volumeName, lies: "around" };
    for (const [volumeName, path] of held) {
      if (path === place.path) yield { volumeName, lies: "same" };
      else if (isBelow(place.path, path)) yield { volumeName, lies: "inside" };
      else if (isBelow(path, place.path)) yield { volumeName, lies: "around" };
    }
  }

  function named(index: keyof Indexes, path: string): readonly string[] {
    return volumes.by(index, path).map((volume) => volume.metadata.name);
  }

  return {
    neighbours: (volumeName, place) => [...all(place)].filter((each) => each.volumeName !== volumeName),
    hold: (volumeName, path) => void held.set(volumeName, path),
    release: (volumeName) => void held.delete(volumeName),
  };
}

function pathsOf(volume: PersistentVolume): readonly string[] {
  const path = pathOf(volume);
  return path === undefined ? [] : [path];
}
