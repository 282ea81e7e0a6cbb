import { annotations, type PersistentVolume, type PersistentVolumeClaim } from "@ordinal/api";

/** Who keeps a volume: its CSI driver, or whoever provisioned it. */
export function driverOf(volume: PersistentVolume): string | undefined {
  return volume.spec.csi?.driver ?? volume.metadata.annotations?.[annotations.provisionedBy];
}

/** The driver's name for a volume; plain ones are known by the name of their object. */
export function volumeHandleOf(volume: PersistentVolume): string {
  return volume.spec.csi?.volumeHandle ?? volume.metadata.name;
}

/** Source: snapshot-controller `isVolumeBoundToClaim`. */
export function isBoundTo(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const { claimRef } = volume.spec;
  return (
    claimRef?.name === claim.metadata.name &&
    claimRef.namespace === claim.metadata.namespace &&
    ((claimRef.uid ?? "") === "" || claimRef.uid === claim.metadata.uid)
  );
}
