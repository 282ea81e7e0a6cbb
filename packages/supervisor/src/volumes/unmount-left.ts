import { join } from "node:path";
import { listIfPresent } from "../runtime/commands/read-if-present.ts";
import { createNodeVolumes } from "./node-volumes.ts";
import type { VolumeHost } from "./volume.ts";
import { describeVolumeHost } from "./volume-host.ts";

/**
 * Unmounts the volumes of pods that a daemon which is gone has left, and whose processes have ended. Files stay: the next
 * daemon brings the pods back.
 */
export async function unmountLeftVolumes(
  options: Pick<VolumeHost, "runtime" | "dataDir" | "clock" | "log">,
): Promise<void> {
  const host = await describeVolumeHost(options);
  const volumes = createNodeVolumes(host);
  try {
    await volumes.recover(() => true);
    const podUids = (await listIfPresent(join(host.dataDir, "pods"))).filter((name) => !name.startsWith("."));
    for (const podUid of podUids) await volumes.remove(podUid, "keep");
    await volumes.tearDown();
  } finally {
    await volumes.stop();
  }
}
