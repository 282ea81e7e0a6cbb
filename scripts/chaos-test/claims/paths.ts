import type { PersistentVolume } from "@ordinal/api";

/** The directory of a volume, whatever keeps it. */
export function pathOf({ spec }: PersistentVolume): string {
  return spec.hostPath?.path ?? spec.local?.path ?? spec.csi?.volumeAttributes?.["path"] ?? "";
}
