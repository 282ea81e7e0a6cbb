import type { PersistentVolume, PersistentVolumeClaim, Result } from "@ordinal/api";
import type { MountedVolume, VolumeContext, VolumePlugin } from "../volume.ts";
import type { PersistentVolumePlugin } from "./persistent-volume.ts";

/** The volume that a claim of the pod's namespace is bound to. */
export const persistentVolumeClaimPlugin: VolumePlugin = {
  kind: "persistentVolumeClaim",
  async setUp(volume, context) {
    const { sources } = context;
    const name = volume.persistentVolumeClaim?.claimName ?? "";
    const claim = await sources.claim(name);
    if (claim === undefined) return { ok: false, error: `persistentvolumeclaim ${JSON.stringify(name)} not found` };
    const volumeName = claim.spec.volumeName ?? "";
    if (claim.status?.phase !== "Bound" || volumeName === "") return { ok: false, error: `PVC is not bound` };
    const found = await sources.persistentVolume(volumeName);
    if (found === undefined) return { ok: false, error: `persistentvolume ${JSON.stringify(volumeName)} not found` };
    const readOnly = volume.persistentVolumeClaim?.readOnly === true;
    return await mountVolume(found, { claim, readOnly, context });
  },
};

async function mountVolume(
  volume: PersistentVolume,
  {
    claim,
    readOnly,
    context,
  }: { readonly claim: PersistentVolumeClaim; readonly readOnly: boolean; readonly context: VolumeContext },
): Promise<Result<MountedVolume, string>> {
  const { name } = volume.metadata;
  if (volume.spec.claimRef?.uid !== claim.metadata.uid) {
    const place = `${claim.metadata.namespace ?? ""}/${claim.metadata.name}`;
    return { ok: false, error: `PVC ${place} is not bound to PV ${name}: the volume's claimRef differs` };
  }
  const { pod, directory, persistentVolumes } = context;
  const plugin = findPlugin(persistentVolumes.plugins, volume);
  if (plugin === undefined) return { ok: false, error: `no volume plugin matched the kind of PV ${name}` };
  return await persistentVolumes.exclusively(name, async () => {
    await persistentVolumes.hold(name, pod.metadata.uid);
    const mounted = await plugin.setUp(volume, { pod, claim, readOnly, directory });
    return mounted.ok ? { ok: true, value: { ...mounted.value, readOnly, persistentVolume: volume } } : mounted;
  });
}

/** The plugin that a PV is set up by. */
export function findPlugin(
  plugins: readonly PersistentVolumePlugin[],
  volume: PersistentVolume,
): PersistentVolumePlugin | undefined {
  return plugins.find((plugin) => volume.spec[plugin.source] !== undefined && plugin.serves?.(volume) !== false);
}
