import type { PersistentVolume, PersistentVolumeClaim, Result } from "@ordinal/api";
import { useHostPath } from "./host-path.ts";
import type { MountedVolume, VolumePlugin } from "./volume.ts";

/** The volume that a claim of the pod's namespace is bound to. */
export const persistentVolumeClaimPlugin: VolumePlugin = {
  kind: "persistentVolumeClaim",
  async setUp(volume, { sources }) {
    const name = volume.persistentVolumeClaim?.claimName ?? "";
    const claim = await sources.claim(name);
    if (claim === undefined) return { ok: false, error: `persistentvolumeclaim ${JSON.stringify(name)} not found` };
    const volumeName = claim.spec.volumeName ?? "";
    if (claim.status?.phase !== "Bound" || volumeName === "") return { ok: false, error: `PVC is not bound` };
    const found = await sources.persistentVolume(volumeName);
    if (found === undefined) return { ok: false, error: `persistentvolume ${JSON.stringify(volumeName)} not found` };
    const mounted = await mountVolume(found, claim);
    const readOnly = volume.persistentVolumeClaim?.readOnly === true;
    return mounted.ok ? { ok: true, value: { ...mounted.value, readOnly } } : mounted;
  },
};

async function mountVolume(
  volume: PersistentVolume,
  claim: PersistentVolumeClaim,
): Promise<Result<MountedVolume, string>> {
  if (volume.spec.claimRef?.uid !== claim.metadata.uid) {
    const place = `${claim.metadata.namespace ?? ""}/${claim.metadata.name}`;
    return {
      ok: false,
      error: `PVC ${place} is not bound to PV ${volume.metadata.name}: the volume's claimRef differs`,
    };
  }
  if (volume.spec.hostPath !== undefined) return await useHostPath(volume.spec.hostPath);
  // Upstream's local volumes are never made: a missing disk must not look like an empty one.
  if (volume.spec.local !== undefined) return await useHostPath({ path: volume.spec.local.path, type: "Directory" });
  return { ok: false, error: `PV ${volume.metadata.name} is of a kind that is not supported; hostPath and local are` };
}
