import { mkdir, open } from "node:fs/promises";
import { join } from "node:path";
import { createKeyedQueue } from "../runtime/core/keyed-queue.ts";
import { createPersistentPlugins } from "./persistent/plugins.ts";
import type { PersistentVolumes, VolumeHost } from "./volume.ts";

/** PVs as the pods of one node use them. */
export function createNodeVolumes(host: VolumeHost): PersistentVolumes {
  const queue = createKeyedQueue();
  return {
    plugins: createPersistentPlugins(host),
    exclusively: (volumeName, work) => queue.run(volumeName, work),
    async hold(volumeName, podUid) {
      const directory = join(host.dataDir, "pods", podUid, "persistent-volumes");
      await mkdir(directory, { recursive: true, mode: 0o700 });
      await (await open(join(directory, volumeName), "a")).close();
    },
  };
}
