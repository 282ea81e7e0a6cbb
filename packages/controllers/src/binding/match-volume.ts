import {
  annotations,
  classNameOf,
  isTerminating,
  quantityValue,
  type PersistentVolume,
  type PersistentVolumeClaim,
} from "@ordinal/api";

/** Whether the volume's claimRef names this claim: by uid once it has one. Source: `IsVolumeBoundToClaim`. */
export function isReservedFor(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const reference = volume.spec.claimRef;
  if (reference?.name !== claim.metadata.name || reference.namespace !== claim.metadata.namespace) return false;
  return (reference.uid ?? "") === "" || reference.uid === claim.metadata.uid;
}

/** Why a volume that a claim names cannot hold it, or undefined when it can. Source: `checkVolumeSatisfyClaim`. */
export function mismatch(claim: PersistentVolumeClaim, volume: PersistentVolume): string | undefined {
  if (isTerminating(volume)) return `the volume is marked for deletion "${volume.metadata.name}"`;
  if (capacityOf(volume) < requestOf(claim)) return "requested PV is too small";
  if (classNameOf(volume) !== classNameOf(claim)) return "storageClassName does not match";
  if (modeOf(volume) !== modeOf(claim)) return "incompatible volumeMode";
  return hasModesOf(volume, claim) ? undefined : "incompatible accessMode";
}

/**
 * Whether a volume whose claimRef names a claim can hold it. Its class and labels do not matter: somebody chose it.
 * Source: `FindMatchingVolume`.
 */
export function canServeReserved(claim: PersistentVolumeClaim, volume: PersistentVolume): boolean {
  return !isTerminating(volume) && isReservedFor(volume, claim) && couldTake(claim, volume);
}

/** Whether a claim for any volume of its class could take this one: what is worth waking it for. */
export function couldTake(claim: PersistentVolumeClaim, volume: PersistentVolume): boolean {
  return capacityOf(volume) >= requestOf(claim) && modeOf(volume) === modeOf(claim) && hasModesOf(volume, claim);
}

/** Whether any claim may have this volume: nobody has it, and it is ready to be had. */
export function isAvailable(volume: PersistentVolume): boolean {
  return volume.spec.claimRef === undefined && volume.status?.phase === "Available" && !isTerminating(volume);
}

/** Whether the controller has finished binding this claim before. */
export function isBindCompleted(claim: PersistentVolumeClaim): boolean {
  return claim.metadata.annotations?.[annotations.bindCompleted] !== undefined;
}

export function modeOf({ spec }: PersistentVolume | PersistentVolumeClaim): string {
  return spec.volumeMode ?? "Filesystem";
}

/** In bytes. */
export function capacityOf(volume: PersistentVolume): bigint {
  return quantityValue(volume.spec.capacity?.["storage"] ?? "0");
}

/** In bytes. */
export function requestOf(claim: PersistentVolumeClaim): bigint {
  return quantityValue(claim.spec.resources?.requests?.["storage"] ?? "0");
}

function hasModesOf(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const modes = volume.spec.accessModes ?? [];
  return (claim.spec.accessModes ?? []).every((mode) => modes.includes(mode));
}
