import { useHostPath } from "../host/use-host-path.ts";
import type { PersistentVolumePlugin } from "./persistent-volume.ts";

/** A disk or directory somebody has prepared. It is never made: a missing disk must not look like an empty one. */
export const localPersistentPlugin: PersistentVolumePlugin = {
  source: "local",
  async setUp({ spec: { local } }) {
    const used = await useHostPath({ path: local?.path ?? "", type: "Directory" });
    return used.ok ? { ok: true, value: { ...used.value, takesFsGroup: true } } : used;
  },
};
