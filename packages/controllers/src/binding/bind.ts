import { isDeepStrictEqual } from "node:util";
import { annotations, type PersistentVolume, type PersistentVolumeClaim } from "@ordinal/api";
import type { Client, ReplaceOptions, UpdateOptions } from "@ordinal/client";
import type { FreshView } from "./fresh-view.ts";
import type { VolumeIndex } from "./volume-index.ts";

/** Where volumes are written, and who is told of it first. */
export interface VolumeDesk {
  readonly client: Client;
  readonly volumes: VolumeIndex;
}

export interface BindingDesk extends VolumeDesk {
  readonly claims: FreshView<PersistentVolumeClaim>;
}

interface Pair {
  readonly claim: PersistentVolumeClaim;
  readonly volume: PersistentVolume;
}

/**
 * Binds a claim and a volume to each other: the volume's claimRef first, because that write decides a race between
 * two claims; then the phases. Every write is conditional on what was read, and each is left out when it is done
 * already, so that it can be interrupted after any of them and run again. Source: `pv_controller.go` bind.
 */
export async function bindClaim(desk: BindingDesk, { claim, volume }: Pair): Promise<void> {
  const reserved = await reserveVolume(desk, { claim, volume });
  // Who has whom is decided; these two may go to the disk together.
  await Promise.all([
    writeClaim(desk, claim, bound(withVolumeName(claim, volume), volume), { withStatus: true }),
    setVolumePhase(desk, { volume: reserved, phase: "Bound" }),
  ]);
}

/** Puts the claim's name and uid on the volume; nobody here takes the volume from the moment of the call on. */
export async function reserveVolume(desk: VolumeDesk, { claim, volume }: Pair): Promise<PersistentVolume> {
  const reserved = withClaim(volume, claim);
  if (reserved === volume) return volume;
  desk.volumes.assume(reserved);
  try {
    return await writeVolume(desk, reserved);
  } catch (error) {
    desk.volumes.forget(volume.metadata.name);
    throw error;
  }
}

/** Writes the phase, unless the volume is in it already; the server adds the time of the transition. */
export async function setVolumePhase(
  desk: VolumeDesk,
  { volume, phase, message }: { readonly volume: PersistentVolume; readonly phase: string; readonly message?: string },
): Promise<PersistentVolume> {
  if (volume.status?.phase === phase) return volume;
  const { message: _former, reason: _reason, ...rest } = volume.status ?? {};
  const status = { ...rest, phase, ...(message === undefined ? {} : { message }) };
  return await writeVolume(desk, { ...volume, status }, { subresource: "status" });
}

/** Writes a volume and shows it to the index before the informer does. */
export async function writeVolume(
  { client, volumes }: VolumeDesk,
  volume: PersistentVolume,
  options?: UpdateOptions,
): Promise<PersistentVolume> {
  const written = await client.update("persistentvolumes", volume, options);
  volumes.written(written);
  return written;
}

/** Writes the phase of a claim that has no volume, and takes back what its status said of one. */
export async function setClaimPhase(
  desk: BindingDesk,
  { claim, phase }: { readonly claim: PersistentVolumeClaim; readonly phase: "Pending" | "Lost" },
): Promise<void> {
  const { accessModes: _modes, capacity: _capacity, ...rest } = claim.status ?? {};
  await writeClaim(desk, claim, { ...claim, status: { ...rest, phase } }, { subresource: "status" });
}

async function writeClaim(
  { client, claims }: BindingDesk,
  before: PersistentVolumeClaim,
  ...[after, options]: [after: PersistentVolumeClaim, options?: ReplaceOptions]
): Promise<PersistentVolumeClaim> {
  if (isDeepStrictEqual(before, after)) return before;
  const written = await client.update("persistentvolumeclaims", after, options);
  claims.written(written);
  return written;
}

/** Source: `GetBindVolumeToClaim`. */
function withClaim(volume: PersistentVolume, claim: PersistentVolumeClaim): PersistentVolume {
  if (volume.spec.claimRef?.uid === claim.metadata.uid) return volume;
  const { name, namespace = "", uid, resourceVersion } = claim.metadata;
  const claimRef = { apiVersion: "v1", kind: "PersistentVolumeClaim", name, namespace, uid, resourceVersion };
  const byUs = volume.spec.claimRef === undefined ? { [annotations.boundByController]: "yes" } : {};
  return {
    ...volume,
    metadata: { ...volume.metadata, annotations: { ...volume.metadata.annotations, ...byUs } },
    spec: { ...volume.spec, claimRef },
  };
}

function withVolumeName(claim: PersistentVolumeClaim, volume: PersistentVolume): PersistentVolumeClaim {
  const byUs = (claim.spec.volumeName ?? "") === "" ? { [annotations.boundByController]: "yes" } : {};
  const marks = { ...claim.metadata.annotations, ...byUs, [annotations.bindCompleted]: "yes" };
  return {
    ...claim,
    metadata: { ...claim.metadata, annotations: marks },
    spec: { ...claim.spec, volumeName: volume.metadata.name },
  };
}

/** The capacity is only taken over when the claim becomes Bound: afterwards it follows the file system's size. */
function bound(claim: PersistentVolumeClaim, volume: PersistentVolume): PersistentVolumeClaim {
  const status = {
    ...claim.status,
    phase: "Bound",
    accessModes: volume.spec.accessModes ?? [],
    ...(claim.status?.phase === "Bound" ? {} : { capacity: volume.spec.capacity ?? {} }),
  };
  return { ...claim, status };
}
