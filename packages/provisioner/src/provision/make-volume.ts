import { annotations, finalizers, isApiError, type Draft, type PersistentVolume, type Result } from "@ordinal/api";
import { hasCode } from "@ordinal/runtime";
import type { VolumeBackend, VolumePlan, VolumeRequest } from "../backend/volume-backend.ts";
import { isFor, volumeName } from "./plan-claim.ts";
import type { ProvisionOptions } from "./provision-options.ts";
import { undo } from "./undo.ts";

/** What a volume takes when it is made: a directory, or an empty file system. In bytes. */
const roomForOne = 16n * 1024n * 1024n;

interface MakeOptions extends ProvisionOptions {
  readonly backend: VolumeBackend;
}

/**
 * Makes the volume of a claim: the intent on disk, the bytes, the directory, the object; then the intent is forgotten. May
 * end at any point and is then repeated as a whole. An error is the text for the event; what is thrown has not been foreseen.
 */
export async function makeVolume(request: VolumeRequest, options: MakeOptions): Promise<Result<void, string>> {
  const { backend, journal, occupancy } = options;
  const planned = await backend.plan(request);
  if (!planned.ok) return planned;
  const plan = { ...planned.value, volume: completed(planned.value.volume, request, backend) };
  const name = volumeName(request.claim.metadata.uid);
  const taken = occupied(name, plan, options);
  if (taken !== undefined) return { ok: false, error: taken };
  occupancy.hold(name, plan.path);
  const made = await makeHeld(plan, { request, options }).catch(async (error: unknown) => {
    occupancy.release(name);
    // The next try finds the room.
    if (hasCode(error, "ENOSPC")) await options.trash.makeRoom(plan.base, roomForOne);
    throw error;
  });
  // Held until the informer has the object; it may have it already.
  if (!made.ok || options.volumes.get(name) !== undefined) occupancy.release(name);
  // Nobody waits for it here; who does asks again.
  if (made.ok) journal.finishLater(name);
  return made;
}

/** What the loop puts into every object, whatever the backend. Source: sig-storage-lib `provisionClaimOperation`. */
function completed(
  volume: Draft<PersistentVolume>,
  { claim, storageClass }: VolumeRequest,
  { provisioner }: VolumeBackend,
): Draft<PersistentVolume> {
  const { name, namespace = "", uid, resourceVersion } = claim.metadata;
  const reclaimPolicy = storageClass.reclaimPolicy ?? "Delete";
  return {
    ...volume,
    metadata: {
      ...volume.metadata,
      name: volumeName(claim.metadata.uid),
      annotations: { ...volume.metadata.annotations, [annotations.provisionedBy]: provisioner },
      // Whatever the policy, and so until the journal has forgotten the volume: see `setFinalizers` in reclaiming.
      finalizers: [finalizers.provisioner],
    },
    spec: {
      ...volume.spec,
      claimRef: { apiVersion: "v1", kind: "PersistentVolumeClaim", name, namespace, uid, resourceVersion },
      persistentVolumeReclaimPolicy: reclaimPolicy,
      storageClassName: storageClass.metadata.name,
      ...(storageClass.mountOptions === undefined ? {} : { mountOptions: storageClass.mountOptions }),
    },
    // It is the claim's from its first moment on, which the binding controller would only write once more.
    status: { phase: "Bound" },
  };
}

/** Why the directory cannot be this volume's, or undefined. */
function occupied(name: string, plan: VolumePlan, { occupancy }: ProvisionOptions): string | undefined {
  const other = occupancy.neighbours(name, plan).find(({ lies }) => lies !== "same" || plan.mayShare !== true);
  if (other === undefined) return undefined;
  const how = { same: "is the directory of", inside: "holds the directory of", around: "is inside the directory of" };
  return `${plan.path} ${how[other.lies]} volume ${other.volumeName}: choose a pathPattern that gives every claim a directory of its own`;
}

interface Making {
  readonly request: VolumeRequest;
  readonly options: MakeOptions;
}

async function makeHeld(plan: VolumePlan, making: Making): Promise<Result<void, string>> {
  const { request, options } = making;
  const { backend, fillers, journal } = options;
  const filler = fillers.find((each) => each.wants(request.claim));
  const earlier = await earlierAttempt(plan, options);
  const adopted = earlier?.adopted ?? (await isThere(plan.path, options));
  if (adopted && filler !== undefined && (await isFilled(plan.path, options)))
    return { ok: false, error: `${plan.path} is there already and is not empty: it cannot be filled anew` };
  if (earlier === undefined) await journal.begin({ base: plan.base, path: plan.path, adopted, volume: plan.volume });
  const filled = await filler?.fill(plan, request);
  if (filled?.ok === false) return filled;
  await backend.make({ ...plan, keepsAccess: adopted || filler !== undefined }, request);
  return await createObject(plan, making);
}

/** The intent of an attempt that did not end, if it was for the same directory; one for another is undone first. */
async function earlierAttempt(plan: VolumePlan, options: ProvisionOptions) {
  const earlier = options.journal.get(plan.volume.metadata.name ?? "");
  if (earlier === undefined || earlier.path === plan.path) return earlier;
  await undo(earlier, options);
  return undefined;
}

async function createObject(plan: VolumePlan, { request, options }: Making): Promise<Result<void, string>> {
  const { backend, client, journal, log } = options;
  const name = plan.volume.metadata.name ?? "";
  try {
    await client.create("persistentvolumes", plan.volume, { withStatus: true });
    return { ok: true, value: undefined };
  } catch (error) {
    if (!isApiError(error, "AlreadyExists")) throw error;
  }
  const existing = await client.get("persistentvolumes", { name });
  const place = backend.placeOf(existing);
  if (isFor(existing, request.claim) && place.ok && place.value.path === plan.path) {
    log.debug("the volume was made by an earlier attempt", { volume: name });
    return { ok: true, value: undefined };
  }
  const intent = journal.get(name);
  if (intent !== undefined) await undo(intent, options);
  return { ok: false, error: `there is another PersistentVolume of the name ${name}: delete it` };
}

async function isThere(path: string, { disk }: ProvisionOptions): Promise<boolean> {
  try {
    await disk.lstat(path);
    return true;
  } catch (error) {
    // What stands in the way of the path is told by the one who makes it.
    if (hasCode(error, "ENOENT", "ENOTDIR")) return false;
    throw error;
  }
}

async function isFilled(path: string, { disk }: ProvisionOptions): Promise<boolean> {
  try {
    return (await disk.readdir(path)).length > 0;
  } catch (error) {
    if (hasCode(error, "ENOTDIR")) return true;
    throw error;
  }
}
