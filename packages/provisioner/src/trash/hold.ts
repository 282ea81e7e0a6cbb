import { annotations, isApiError, type PersistentVolume } from "@ordinal/api";
import type { Client } from "@ordinal/client";
import type { Logger } from "@ordinal/runtime";
import { parseDuration } from "./duration.ts";

/**
 * How long this volume is kept: as its own annotation `ordinal.internal/trash-hold` says, or that of its class, or the
 * setting. A value that cannot be read counts as not said, because that keeps the data.
 */
export async function holdOf(
  volume: PersistentVolume,
  { client, holdMs, log }: { client: Client; holdMs: number; log: Logger },
): Promise<number> {
  const said =
    volume.metadata.annotations?.[annotations.trashHold] ?? (await saidByClass(client, volume.spec.storageClassName));
  if (said === undefined) return holdMs;
  const parsed = parseDuration(said);
  if (parsed.ok) return parsed.value;
  log.warn(`annotation ${annotations.trashHold}: ${JSON.stringify(said)} ${parsed.error}; the setting counts`, {
    volume: volume.metadata.name,
  });
  return holdMs;
}

async function saidByClass(client: Client, name: string | undefined): Promise<string | undefined> {
  if (name === undefined || name === "") return undefined;
  try {
    const { metadata } = await client.get("storageclasses", { name });
    return metadata.annotations?.[annotations.trashHold];
  } catch (error) {
    if (isApiError(error, "NotFound")) return undefined;
    throw error;
  }
}
