import { createHttpsClient, loadKubeconfig, type Client, type ClusterAccess } from "@ordinal/client";
import { silentLogger, systemClock } from "@ordinal/runtime";
import type { DataDir } from "../data-dir.ts";
import { lockHolder } from "../lock.ts";
import { UsageError } from "../usage-error.ts";

/** Lets `use` ask the running daemon. Throws UsageError when none runs on this data directory. */
export async function withDaemon<T>(
  dir: DataDir,
  use: (client: Client, access: ClusterAccess) => Promise<T>,
): Promise<T> {
  if ((await lockHolder(dir.pidFile)) === undefined)
    throw new UsageError(
      `Ordinal is not running on ${dir.root}; start it with "ordinal start", or name another directory with --data-dir DIR`,
    );
  const access = await loadKubeconfig(dir.kubeconfig);
  const client = createHttpsClient({ access, clock: systemClock, log: silentLogger });
  try {
    return await use(client, access);
  } finally {
    await client.stop();
  }
}
