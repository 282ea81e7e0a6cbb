import { isApiError } from "@ordinal/api";
import type { Client, EventRecorder, Happening } from "@ordinal/client";
import type { Measured } from "./measure-volume.ts";
import { createSaidBefore } from "./said-before.ts";
import { fillWarning, nextFill } from "./size-warning.ts";
import type { VolumeRecord } from "./volume-record.ts";

export interface SizeWatchOptions {
  readonly client: Client;
  readonly events: EventRecorder;
}

/** Warns, by an event on the claim, of a directory that comes near its claim's size: once each time it does. */
export function createSizeWatch({
  client,
  events,
}: SizeWatchOptions): (record: VolumeRecord, measured: Measured) => Promise<void> {
  const saidBefore = createSaidBefore(client);

  return async (record, measured) => {
    // A file system of its own is held to its size; those who write to it are told.
    if (measured.is !== "shared") return;
    const level = { usedBytes: measured.usedBytes, claimedBytes: record.claimedBytes };
    const atFirst = nextFill("fits", level);
    const before = record.fill ?? (atFirst === "fits" ? atFirst : await saidBefore(record.claimUid));
    const after = nextFill(before, level);
    const warning = fillWarning(before, after, level);
    if (warning !== undefined) await say(record, warning);
    record.fill = after;
  };

  async function say({ namespace, claim: name, claimUid }: VolumeRecord, warning: Happening): Promise<void> {
    try {
      const claim = await client.get("persistentvolumeclaims", { namespace, name });
      if (claim.metadata.uid === claimUid) events.record(claim, warning);
    } catch (error) {
      // It was deleted meanwhile.
      if (!isApiError(error, "NotFound")) throw error;
    }
  }
}
