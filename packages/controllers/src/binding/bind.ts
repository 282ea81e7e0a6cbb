import { isDeepStrictEqual } from "node:util";
import { annotations, type PersistentVolume, type PersistentVolumeClaim } from "@ordinal/api";
import type { Client } from "@ordinal/client";
import { timestamp, type Clock } from "@ordinal/runtime";

/**
 * Binds a claim and a volume to each other: the volume's claimRef first, because that write decides a race between
 * two claims; then the phases. Every write is conditional on what was read, and each is left out when it is done
 * already, so that it can be interrupted after any of them and run again.
 */
export async function bindClaim(
  { client, clock }: { readonly client: Client; readonly clock: Clock },
  { claim, volume }: { readonly claim: PersistentVolumeClaim; readonly volume: PersistentVolume },
): Promise<void> {
  const reserved = await write(volume, reserve(volume, claim), (next) => client.update("persistentvolumes", next));
  await setVolumePhase({ client, clock }, { volume: reserved, phase: "Bound" });
  const named = await write(claim, withVolumeName(claim, volume), (next) =>
    client.update("persistentvolumeclaims", next),
  );
  await write(named, bound(named, volume), (next) =>
    client.update("persistentvolumeclaims", next, { subresource: "status" }),
  );
}

/** Writes the phase with the time of the transition, unless the volume is in it already. */
export async function setVolumePhase(
  { client, clock }: { readonly client: Client; readonly clock: Clock },
  { volume, phase }: { readonly volume: PersistentVolume; readonly phase: string },
): Promise<void> {
  if (volume.status?.phase === phase) return;
  const status = { ...volume.status, phase, lastPhaseTransitionTime: timestamp(clock.now()) };
  await client.update("persistentvolumes", { ...volume, status }, { subresource: "status" });
}

async function write<T>(before: T, after: T, update: (next: T) => Promise<T>): Promise<T> {
  return isDeepStrictEqual(before, after) ? before : await update(after);
}

function reserve(volume: PersistentVolume, claim: PersistentVolumeClaim): PersistentVolume {
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

function bound(claim: PersistentVolumeClaim, volume: PersistentVolume): PersistentVolumeClaim {
  const status = {
    ...claim.status,
    phase: "Bound",
    accessModes: volume.spec.accessModes ?? [],
    ...(claim.status?.phase === "Bound" ? {} : { capacity: volume.spec.capacity ?? {} }),
  };
  return { ...claim, status };
}
