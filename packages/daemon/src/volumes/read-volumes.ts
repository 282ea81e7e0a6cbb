import type { Client, ClusterAccess } from "@ordinal/client";
import { readMetrics } from "./read-metrics.ts";
import { parseVolumeFigures, type VolumeFigures } from "./volume-figures.ts";
import { describeVolumes, type VolumeLine } from "./volume-lines.ts";

/** What the daemon knows of all volumes, or of those of one namespace. */
export async function readVolumes(
  { client, access }: { readonly client: Client; readonly access: ClusterAccess },
  namespace: string | undefined,
): Promise<readonly VolumeLine[]> {
  const [claims, volumes, figures] = await Promise.all([
    client.list("persistentvolumeclaims"),
    client.list("persistentvolumes"),
    readFigures(access),
  ]);
  const lines = describeVolumes({ claims: claims.items, volumes: volumes.items, figures });
  return namespace === undefined ? lines : lines.filter((line) => line.namespace === namespace);
}

async function readFigures(access: ClusterAccess): Promise<ReadonlyMap<string, VolumeFigures>> {
  try {
    return parseVolumeFigures(await readMetrics(access));
  } catch {
    // Without figures the rest is worth showing all the same; they are shown as not known.
    return new Map();
  }
}
