import { join } from "node:path";
import { annotations, wellKnown, type PersistentVolume } from "@ordinal/api";

/** Where the bytes of a volume are, as far as they can be measured. */
export type VolumePlace = DirectoryPlace | ImagePlace;

/** A directory of the host, or a file where a hostPath names one. */
export interface DirectoryPlace {
  readonly is: "directory";
  readonly path: string;
  /** Whether it may be made only when a pod first uses it. */
  readonly mayBeMissing: boolean;
}

/** A file with a file system in it, mounted while pods use it. */
export interface ImagePlace {
  readonly is: "image";
  readonly image: string;
  readonly mountPoint: string;
}

/** Undefined for volumes of other kinds, and for raw devices. */
export function placeOfVolume({ metadata, spec }: PersistentVolume, dataDir: string): VolumePlace | undefined {
  if (spec.volumeMode === "Block") return undefined;
  if (spec.local !== undefined) return { is: "directory", path: spec.local.path, mayBeMissing: false };
  if (spec.hostPath !== undefined) {
    const { path, type = "" } = spec.hostPath;
    const isProvisioned = metadata.annotations?.[annotations.provisionedBy] !== undefined;
    return { is: "directory", path, mayBeMissing: !isProvisioned && (type === "" || type === "DirectoryOrCreate") };
  }
  const directory =
    spec.csi?.driver === wellKnown.localImageProvisioner ? spec.csi.volumeAttributes?.["path"] : undefined;
  if (directory === undefined) return undefined;
  const mountPoint = join(dataDir, "mounts", wellKnown.localImageProvisioner, metadata.name);
  return { is: "image", image: join(directory, "volume.img"), mountPoint };
}
