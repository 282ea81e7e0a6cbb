import { annotations, type PersistentVolume } from "@ordinal/api";
import { statIfPresent, useHostPath } from "../host/use-host-path.ts";
import type { PersistentVolumePlugin } from "./persistent-volume.ts";

/**
 * A directory of the host as a PV. Its owner is not changed for a pod's fsGroup. Source: `pkg/volume/hostpath`. The
 * directory of a volume that was provisioned is never made again, whatever its type says: an empty one in its place
 * would look as if there had never been any data.
 */
export const hostPathPersistentPlugin: PersistentVolumePlugin = {
  source: "hostPath",
  async setUp(volume) {
    const { hostPath = { path: "" } } = volume.spec;
    const maker = provisionerOf(volume);
    if (maker !== undefined && (await statIfPresent(hostPath.path)) === undefined) {
      return { ok: false, error: goneText(volume, { path: hostPath.path, maker }) };
    }
    return await useHostPath(hostPath);
  },
};

/** Who made the volume's directory; undefined for a volume made by hand. */
export function provisionerOf({ metadata }: PersistentVolume): string | undefined {
  return metadata.annotations?.[annotations.provisionedBy];
}

/** Says that a provisioned volume's directory is missing, and what to do about it. */
export function goneText(
  { metadata, spec }: PersistentVolume,
  { path, maker }: { readonly path: string; readonly maker: string },
): string {
  const claim = `${spec.claimRef?.namespace ?? ""}/${spec.claimRef?.name ?? ""}`;
  return (
    `the directory ${path} of volume ${metadata.name} is gone; ${maker} made it for claim ${claim}, and an empty one ` +
    `in its place would hide that. Put it back (from a backup, a disk that is not mounted, or "ordinal volumes restore"), ` +
    `or delete the claim to begin anew`
  );
}
