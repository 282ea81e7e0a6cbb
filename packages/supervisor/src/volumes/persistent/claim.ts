import {
  claimNameOfVolume,
  foreignClaimProblem,
  isTerminating,
  type PersistentVolume,
  type PersistentVolumeClaim,
  type Pod,
  type Result,
  type Volume,
} from "@ordinal/api";
import type { MountedVolume, SetUpProblem, VolumeContext, VolumePlugin } from "../volume.ts";
import { volumeFlags } from "./mount-options.ts";
import type { PersistentVolumePlugin } from "./persistent-volume.ts";

/** A claim with the volume that it and only it is bound to. */
interface Bound {
  readonly claim: PersistentVolumeClaim;
  readonly volume: PersistentVolume;
}

/** The volume that a claim of the pod's namespace is bound to. */
export const persistentVolumeClaimPlugin: VolumePlugin = { kind: "persistentVolumeClaim", setUp: setUpClaim };

/** The same of a claim that was made for this pod alone. */
export const ephemeralPlugin: VolumePlugin = { kind: "ephemeral", setUp: setUpClaim };

async function setUpClaim(volume: Volume, context: VolumeContext): ReturnType<VolumePlugin["setUp"]> {
  const { pod } = context;
  const claimName = claimNameOfVolume(pod, volume) ?? "";
  const bound = await findBound({ claimName, isEphemeral: volume.ephemeral !== undefined }, context);
  if (!bound.ok)
    return unprocessed(`error processing PVC ${pod.metadata.namespace ?? ""}/${claimName}: ${bound.error}`);
  const problem = modeProblem(volume.name, bound.value, pod);
  if (problem !== undefined) return unprocessed(problem);
  const readOnly = volume.persistentVolumeClaim?.readOnly === true;
  const mounted = await mountVolume(bound.value, { readOnly, context });
  if (mounted.ok) return mounted;
  return { ok: false, error: { text: mounted.error, persistentVolume: bound.value.volume.metadata.name } };
}

function unprocessed(text: string): { readonly ok: false; readonly error: SetUpProblem } {
  return { ok: false, error: { text, isUnprocessed: true } };
}

/** Source: kubelet `desired_state_of_world_populator` getPVCExtractPV and getPVSpec; the texts are theirs. */
async function findBound(
  { claimName, isEphemeral }: { readonly claimName: string; readonly isEphemeral: boolean },
  { pod, sources }: VolumeContext,
): Promise<Result<Bound, string>> {
  const claim = await sources.claim(claimName);
  if (claim === undefined) {
    const error = `failed to fetch PVC from API server: persistentvolumeclaims ${JSON.stringify(claimName)} not found`;
    return { ok: false, error };
  }
  const foreign = isEphemeral ? foreignClaimProblem(pod, claim) : undefined;
  if (foreign !== undefined) return { ok: false, error: foreign };
  if (isTerminating(claim)) return { ok: false, error: "PVC is being deleted" };
  const { volumeName = "" } = claim.spec;
  if (claim.status?.phase !== "Bound" || volumeName === "") return { ok: false, error: "PVC is not bound" };
  const volume = await sources.persistentVolume(volumeName);
  const named = JSON.stringify(volumeName);
  if (volume === undefined) {
    return { ok: false, error: `failed to get PV ${volumeName} from API server: persistentvolumes ${named} not found` };
  }
  if (volume.spec.claimRef?.uid === claim.metadata.uid) return { ok: true, value: { claim, volume } };
  return { ok: false, error: `found PV object ${named} but its spec.claimRef is not for this claim` };
}

/** Why the pod cannot have the volume in the mode it is in. */
function modeProblem(name: string, { volume }: Bound, pod: Pod): string | undefined {
  const { volumeMode = "Filesystem" } = volume.spec;
  const containers = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])];
  const isMount = containers.some(({ volumeMounts = [] }) => volumeMounts.some((mount) => mount.name === name));
  const isDevice = containers.some(({ volumeDevices = [] }) => volumeDevices.some((device) => device.name === name));
  if (isMount && volumeMode !== "Filesystem") {
    return `volume ${name} has volumeMode ${volumeMode}, but is specified in volumeMounts`;
  }
  if (isDevice && volumeMode !== "Block") {
    return `volume ${name} has volumeMode ${volumeMode}, but is specified in volumeDevices`;
  }
  if (volumeMode === "Filesystem") return undefined;
  return `volume ${name} has volumeMode ${volumeMode}: this node has file systems only; use a claim with volumeMode Filesystem`;
}

async function mountVolume(
  { volume, claim }: Bound,
  { readOnly, context }: { readonly readOnly: boolean; readonly context: VolumeContext },
): Promise<Result<MountedVolume, string>> {
  const { name } = volume.metadata;
  const { pod, directory, persistentVolumes, host } = context;
  const plugin = findPlugin(persistentVolumes.plugins, volume);
  if (plugin === undefined) {
    const kinds = persistentVolumes.plugins.map(({ source }) => source).join(", ");
    return { ok: false, error: `no volume plugin matched the kind of PV ${name}; there are plugins for ${kinds}` };
  }
  const flags = volumeFlags(volume, { plugin, runtime: host.runtime });
  if (!flags.ok) return flags;
  return await persistentVolumes.exclusively(name, async () => {
    const isForOnePod = claim.spec.accessModes?.includes("ReadWriteOncePod") === true;
    if (isForOnePod && persistentVolumes.isHeldByOther(name, pod.metadata.uid)) {
      const error = "volume uses the ReadWriteOncePod access mode and is already in use by another pod";
      return { ok: false, error };
    }
    await persistentVolumes.hold(name, pod.metadata.uid);
    const mounted = await plugin.setUp(volume, { pod, claim, readOnly, directory });
    if (!mounted.ok) return mounted;
    const { takesFsGroup = false, mountOptions = [], readOnly: isReadOnly } = mounted.value;
    return {
      ok: true,
      value: {
        ...mounted.value,
        readOnly: readOnly || isReadOnly || flags.value.readOnly,
        mountOptions: [...mountOptions, ...flags.value.options],
        takesFsGroup: takesFsGroup && !readOnly,
        persistentVolume: volume,
      },
    };
  });
}

/** The plugin that a PV is set up by. */
export function findPlugin(
  plugins: readonly PersistentVolumePlugin[],
  volume: PersistentVolume,
): PersistentVolumePlugin | undefined {
  return plugins.find((plugin) => volume.spec[plugin.source] !== undefined && plugin.serves?.(volume) !== false);
}
