import { chmod, mkdir } from "node:fs/promises";
import type { VolumePlugin } from "../volume.ts";
import { memorySize } from "./memory-size.ts";

/**
 * A directory that lives as long as the pod. `medium: Memory` is a file system in memory that holds no more than its
 * size; the process runtime mounts nothing, and has a plain directory instead. Source: `pkg/volume/emptydir`.
 */
export const emptyDirPlugin: VolumePlugin = {
  kind: "emptyDir",
  async setUp({ emptyDir = {} }, { directory, host, pod, capacity }) {
    const { medium = "", sizeLimit } = emptyDir;
    if (medium !== "" && medium !== "Memory") {
      return { ok: false, error: `unknown storage medium ${JSON.stringify(medium)}: there are "" and "Memory"` };
    }
    // The mode of mkdir is cut by the umask. What pods make of it later stays.
    if ((await mkdir(directory, { recursive: true })) !== undefined) await chmod(directory, 0o777);
    if (medium === "Memory" && host.mounter !== undefined) {
      const sizeBytes = memorySize(sizeLimit, { pod, nodeBytes: capacity.memoryBytes });
      await host.mounter.tmpfs(directory, { mode: 0o777, sizeBytes });
    }
    return { ok: true, value: { source: directory, readOnly: false, takesFsGroup: true } };
  },
};
