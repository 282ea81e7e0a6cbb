import { pathProblem, statIfPresent, useHostPath } from "../host/use-host-path.ts";
import { goneText, provisionerOf } from "./host-path.ts";
import type { PersistentVolumePlugin } from "./persistent-volume.ts";

/**
 * A disk or directory somebody has prepared. It is never made: a missing disk must not look like an empty one.
 * Source: `pkg/volume/local`.
 */
export const localPersistentPlugin: PersistentVolumePlugin = {
  source: "local",
  async setUp(volume) {
    const path = volume.spec.local?.path ?? "";
    if (path === "") return { ok: false, error: `LocalVolume volume "${volume.metadata.name}" path is empty` };
    const problem = pathProblem(path);
    if (problem !== undefined) return { ok: false, error: `invalid path: ${path} ${problem}` };
    if ((await statIfPresent(path)) === undefined) {
      const maker = provisionerOf(volume);
      const error = maker === undefined ? `path "${path}" does not exist` : goneText(volume, { path, maker });
      return { ok: false, error };
    }
    const used = await useHostPath({ path, type: "Directory" });
    return used.ok ? { ok: true, value: { ...used.value, takesFsGroup: true } } : used;
  },
};
