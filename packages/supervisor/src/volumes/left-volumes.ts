import { join } from "node:path";
import { listIfPresent } from "../runtime/commands/read-if-present.ts";
import { createNodeVolumes } from "./node-volumes.ts";
import type { VolumeHost } from "./volume.ts";
import { describeVolumeHost } from "./volume-host.ts";

/** The volumes of pods that a daemon which is gone has left. */
export interface LeftVolumes {
  /** Lets writes to them go on that the daemon had stopped: until then processes of the pods may not end. */
  thaw(): Promise<void>;
  /** Unmounts them, when no process of the pods runs any more. Files stay: the next daemon brings the pods back. */
  unmount(): Promise<void>;
}

export async function openLeftVolumes(
  options: Pick<VolumeHost, "runtime" | "dataDir" | "clock" | "log">,
): Promise<LeftVolumes> {
  const host = await describeVolumeHost(options);
  const volumes = createNodeVolumes(host);
  return {
    thaw: async () => await volumes.thaw(),
    async unmount() {
      try {
        await volumes.recover(() => true);
        const podUids = (await listIfPresent(join(host.dataDir, "pods"))).filter((name) => !name.startsWith("."));
        for (const podUid of podUids) await volumes.remove(podUid, "keep");
        await volumes.tearDown();
      } finally {
        await volumes.stop();
      }
    },
  };
}
