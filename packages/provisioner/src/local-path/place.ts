import { posix } from "node:path";
import type { PersistentVolume, Result } from "@ordinal/api";
import type { VolumePlace } from "../backend/volume-backend.ts";
import { isBelow } from "../provision/paths.ts";

/**
 * The place of the directory an object names, if it lies below a base of ours. Names that begin with a dot, right below a
 * base, are our own: trash, journal, snapshots.
 */
export function placeBelow(bases: readonly string[], volume: PersistentVolume): Result<VolumePlace, string> {
  const path = volume.spec.hostPath?.path ?? volume.spec.local?.path ?? "";
  // The innermost, where one base lies in another.
  const base = bases
    .filter((each) => isOwn(each, path))
    .toSorted((a, b) => b.length - a.length)
    .at(0);
  if (base !== undefined) return { ok: true, value: { base, path } };
  return {
    ok: false,
    error: `will not remove ${JSON.stringify(path)}: it is not a volume directory below ${bases.join(" or ")}; remove it by hand and delete the PersistentVolume`,
  };
}

function isOwn(base: string, path: string): boolean {
  const isPlain = !path.includes("\0") && !path.endsWith("/") && posix.normalize(path) === path;
  return isPlain && isBelow(base, path) && !path.startsWith(`${base}/.`);
}
