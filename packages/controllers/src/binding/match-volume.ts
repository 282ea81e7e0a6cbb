import {
  annotations,
  isTerminating,
  matches,
  quantityValue,
  selectorOf,
  type PersistentVolume,
  type PersistentVolumeClaim,
} from "@ordinal/api";

/**
 * The volume a claim should have among these: one reserved for it first, else the smallest that fits.
 * Source: `pkg/volume/util` FindMatchingVolume.
 */
export function matchVolume(
  claim: PersistentVolumeClaim,
  volumes: readonly PersistentVolume[],
): PersistentVolume | undefined {
  const suitable = volumes.filter((volume) => suits(claim, volume));
  const reserved = suitable.find((volume) => isReservedFor(volume, claim));
  if (reserved !== undefined) return reserved;
  return suitable
    .filter((volume) => volume.spec.claimRef === undefined && volume.status?.phase === "Available")
    .filter(
      (volume) => claim.spec.selector === undefined || matches(selectorOf(claim.spec.selector), volume.metadata.labels),
    )
    .toSorted((a, b) => compare(capacityOf(a), capacityOf(b)) || (a.metadata.name < b.metadata.name ? -1 : 1))
    .at(0);
}

/** Whether the volume's claimRef names this claim: by uid once it has one. */
export function isReservedFor(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const reference = volume.spec.claimRef;
  if (reference?.name !== claim.metadata.name || reference.namespace !== claim.metadata.namespace) return false;
  return (reference.uid ?? "") === "" || reference.uid === claim.metadata.uid;
}

/** Why a volume that is named or reserved for a claim cannot hold it, or undefined when it can. */
export function mismatch(claim: PersistentVolumeClaim, volume: PersistentVolume): string | undefined {
  if (isTerminating(volume)) return "the volume is being deleted";
  if ((volume.spec.volumeMode ?? "Filesystem") !== (claim.spec.volumeMode ?? "Filesystem"))
    return "incompatible volumeMode";
  if (classOf(volume) !== classOf(claim)) return "storageClassName does not match";
  if (capacityOf(volume) < requestOf(claim)) return "requested PV is too small";
  const modes = volume.spec.accessModes ?? [];
  if (!(claim.spec.accessModes ?? []).every((mode) => modes.includes(mode))) return "incompatible accessMode";
  return undefined;
}

function suits(claim: PersistentVolumeClaim, volume: PersistentVolume): boolean {
  return mismatch(claim, volume) === undefined;
}

/** The class by name; the old beta annotation still counts first, as upstream. */
export function classOf(object: PersistentVolume | PersistentVolumeClaim): string {
  return object.metadata.annotations?.["volume.beta.kubernetes.io/storage-class"] ?? object.spec.storageClassName ?? "";
}

/** Whether the controller has finished binding this claim before. */
export function isBindCompleted(claim: PersistentVolumeClaim): boolean {
  return claim.metadata.annotations?.[annotations.bindCompleted] !== undefined;
}

function capacityOf(volume: PersistentVolume): bigint {
  return quantityValue(volume.spec.capacity?.["storage"] ?? "0");
}

function requestOf(claim: PersistentVolumeClaim): bigint {
  return quantityValue(claim.spec.resources?.requests?.["storage"] ?? "0");
}

function compare(a: bigint, b: bigint): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
