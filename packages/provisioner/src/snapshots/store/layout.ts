import { basename, dirname, join } from "node:path";
import type { Result } from "@ordinal/api";

/*
 * Beside the volumes of a base:
 *
 *   <base>/.snapshots/<name>/data/            the directory of a volume, as it was
 *   <base>/.snapshots/<name>/manifest.json    what it is a copy of, and what the copy is worth
 *   <base>/.snapshots/.draft-<name>/          a snapshot that is being made
 *   <base>/.snapshots/.removing-<name>/       one that is being removed
 *   <base>/.snapshots/.filling-<volume>/      a new volume that is being filled
 *
 * A snapshot comes and goes by one rename, so it is there whole or not at all. Nobody but us may look into `.snapshots`.
 */

export interface SnapshotPlace {
  readonly base: string;
  /** Of the VolumeSnapshotContent that it was made for. */
  readonly name: string;
}

const draftMark = ".draft-";
const removingMark = ".removing-";
const fillingMark = ".filling-";

export const snapshotsOf = (base: string): string => join(base, ".snapshots");
/** The directory of a snapshot, which is also the driver's name for it: its handle. */
export const pathOfSnapshot = ({ base, name }: SnapshotPlace): string => join(snapshotsOf(base), name);
export const dataOf = (place: SnapshotPlace): string => join(pathOfSnapshot(place), "data");
export const manifestOf = (place: SnapshotPlace): string => join(pathOfSnapshot(place), "manifest.json");
export const draftOf = ({ base, name }: SnapshotPlace): string => join(snapshotsOf(base), `${draftMark}${name}`);
export const removingOf = ({ base, name }: SnapshotPlace): string => join(snapshotsOf(base), `${removingMark}${name}`);
export const fillingOf = (base: string, volumeName: string): string =>
  join(snapshotsOf(base), `${fillingMark}${volumeName}`);

/**
 * Where the snapshot of this handle lies. Handles are written by anybody who may, so one counts only when it names a
 * snapshot beside volumes of ours.
 */
export function placeOfHandle(handle: string, bases: readonly string[]): Result<SnapshotPlace, string> {
  const [base, name] = [dirname(dirname(handle)), basename(handle)];
  const isOurs = /^[a-z0-9][a-z0-9.-]{0,199}$/.test(name) && bases.includes(base);
  if (isOurs && pathOfSnapshot({ base, name }) === handle) return { ok: true, value: { base, name } };
  const places = bases.map((each) => `${snapshotsOf(each)}/<name>`).join(" or ");
  return { ok: false, error: `${JSON.stringify(handle)} names no snapshot: it must be ${places}` };
}

/** What a directory in `.snapshots` is. */
export type Leftover =
  | { readonly is: "draft"; readonly name: string }
  | { readonly is: "removing"; readonly name: string }
  | { readonly is: "filling"; readonly volumeName: string };

/** Undefined for a snapshot, and for what is not ours. */
export function leftoverOf(entry: string): Leftover | undefined {
  if (entry.startsWith(draftMark)) return { is: "draft", name: entry.slice(draftMark.length) };
  if (entry.startsWith(removingMark)) return { is: "removing", name: entry.slice(removingMark.length) };
  if (entry.startsWith(fillingMark)) return { is: "filling", volumeName: entry.slice(fillingMark.length) };
  return undefined;
}
