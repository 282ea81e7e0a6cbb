import { chmod, mkdir } from "node:fs/promises";
import type { VolumePlugin } from "./volume.ts";

/** A directory that lives as long as the pod. `medium: Memory` and `sizeLimit` are taken, and not enforced. */
export const emptyDirPlugin: VolumePlugin = {
  kind: "emptyDir",
  async setUp(_volume, { directory }) {
    await mkdir(directory, { recursive: true });
    // The mode of mkdir is cut by the umask.
    await chmod(directory, 0o777);
    return { ok: true, value: { source: directory, readOnly: false } };
  },
};
