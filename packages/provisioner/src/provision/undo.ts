import { dirname } from "node:path";
import { annotations, isApiError, type PersistentVolume } from "@ordinal/api";
import { hasCode } from "@ordinal/runtime";
import type { VolumePlace } from "../backend/volume-backend.ts";
import { checkWay, removeEmptyParents } from "../disk/plain-way.ts";
import { volumeOf, type Intent } from "./intent.ts";
import type { ProvisionOptions } from "./provision-options.ts";

/**
 * Takes back what an attempt has left that will not be completed. An empty directory is removed; one with something in it
 * goes where deleted volumes go, since it may hold bytes that were moved there. Repeatable. Throws when it must be tried again.
 */
export async function undo(intent: Intent, options: ProvisionOptions): Promise<void> {
  const name = volumeOf(intent);
  if (!intent.adopted && !(await hasObject(intent, options))) await takeBack(intent, options);
  await options.journal.finish(name);
}

/** Whether the volume exists after all. Asked of the API itself, since a copy may be behind. */
async function hasObject(intent: Intent, { client, backends }: ProvisionOptions): Promise<boolean> {
  try {
    const volume = await client.get("persistentvolumes", { name: volumeOf(intent) });
    const place = backends.get(provisionerOf(volume))?.placeOf(volume);
    return place?.ok === true && place.value.path === intent.path;
  } catch (error) {
    if (isApiError(error, "NotFound")) return false;
    throw error;
  }
}

async function takeBack(intent: Intent, options: ProvisionOptions): Promise<void> {
  const { backends, disk, log, occupancy } = options;
  const volume = asObject(intent);
  const backend = backends.get(provisionerOf(volume));
  const place = backend?.placeOf(volume);
  if (backend === undefined || place?.ok !== true || place.value.path !== intent.path) {
    const why = place?.ok === false ? place.error : "its provisioner is not here";
    log.warn("cannot take back a volume that was not completed: look after it by hand", { path: intent.path, why });
    return;
  }
  const isShared = occupancy.neighbours(volume.metadata.name, place.value).some(({ lies }) => lies !== "around");
  if (isShared) return;
  await checkWay(disk, place.value);
  if (await backend.letGo(volume, place.value)) await takeAway(volume, place.value, options);
  await removeEmptyParents(place.value, options);
}

async function takeAway(volume: PersistentVolume, place: VolumePlace, options: ProvisionOptions): Promise<void> {
  const { disk, sync, trash } = options;
  try {
    await disk.rmdir(place.path);
    await sync(dirname(place.path));
  } catch (error) {
    if (hasCode(error, "ENOTEMPTY", "EEXIST")) await trash.put(place, volume);
    else if (!hasCode(error, "ENOENT")) throw error;
  }
}

/** The object that would have been made, as the API would have given it out; known by the uid of its claim. */
function asObject({ volume }: Intent): PersistentVolume {
  const { name = "", creationTimestamp = "", resourceVersion = "" } = volume.metadata;
  const uid = volume.spec.claimRef?.uid ?? "";
  return {
    ...volume,
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { ...volume.metadata, name, uid, creationTimestamp, resourceVersion },
  };
}

function provisionerOf(volume: PersistentVolume): string {
  return volume.metadata.annotations?.[annotations.provisionedBy] ?? "";
}
