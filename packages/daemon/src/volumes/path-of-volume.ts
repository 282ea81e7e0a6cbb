import { wellKnown, type PersistentVolume } from "@ordinal/api";

/** Where the bytes of a volume lie on this machine, where they do. */
export function pathOfVolume({ spec }: PersistentVolume): string | undefined {
  const isImage = spec.csi?.driver === wellKnown.localImageProvisioner;
  return spec.hostPath?.path ?? spec.local?.path ?? (isImage ? spec.csi.volumeAttributes?.["path"] : undefined);
}
