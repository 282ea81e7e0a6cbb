import { basename, dirname, join } from "node:path";
import { wellKnown, type PersistentVolume, type Result } from "@ordinal/api";
import type { VolumePlace } from "../backend/volume-backend.ts";

/**
 * Where the image of this object lies. Objects are written by anybody who may, so a path counts only when it is a
 * volume's directory directly below the base.
 */
export function placeOfImage({ metadata, spec }: PersistentVolume, base: string): Result<VolumePlace, string> {
  const { csi } = spec;
  if (csi?.driver !== wellKnown.localImageProvisioner)
    return { ok: false, error: `volume ${metadata.name} is not one of ${wellKnown.localImageProvisioner}` };
  const named = csi.volumeAttributes?.["path"] ?? "";
  const isOurs = dirname(named) === base && /^pvc-[a-z0-9][a-z0-9._-]*$/.test(basename(named));
  if (!isOurs || join(base, basename(named)) !== named) {
    return {
      ok: false,
      error: `will not touch ${JSON.stringify(named)}: it is not a volume directory directly under ${base}; remove it by hand and delete the PersistentVolume`,
    };
  }
  return { ok: true, value: { base, path: named } };
}
