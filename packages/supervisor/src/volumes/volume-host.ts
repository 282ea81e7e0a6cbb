import { realpath } from "node:fs/promises";
import { join } from "node:path";
import { createMemoryRoom } from "./mounts/memory-room.ts";
import { createMounter } from "./mounts/mounter.ts";
import type { VolumeHost } from "./volume.ts";

/** What this machine's volumes are made with. Nothing is mounted for the process runtime, where no pod would see it. */
export async function describeVolumeHost(
  options: Pick<VolumeHost, "runtime" | "dataDir" | "clock" | "log">,
): Promise<VolumeHost> {
  const mounter = options.runtime === "sandbox" ? await createMounter() : undefined;
  // Mounts are listed by their real paths.
  const dataDir = await realpath(options.dataDir);
  const host = { ...options, dataDir, isRoot: process.getuid?.() === 0 };
  if (mounter === undefined) return host;
  return { ...host, mounter, memory: createMemoryRoom(join(dataDir, "mounts", "memory"), mounter) };
}
