import { finalizers, isTerminating, type PersistentVolume } from "@ordinal/api";

export type VolumeStep =
  | { readonly do: "nothing" }
  /** Makes the object wait, when it is deleted, for its directory to be dealt with; or not wait any more. */
  | { readonly do: "setFinalizers"; readonly finalizers: readonly string[] }
  /** Takes the directory away, then the object. */
  | { readonly do: "remove" };

/**
 * What a volume of ours needs, by its reclaim policy as it is now. Source: sig-storage-lib `handleProtectionFinalizer` and
 * `shouldDelete`. Beyond them, a volume that failed to be removed is tried again, and one that is deleted while no claim has
 * it goes with its directory, where upstream leaves it terminating for ever.
 */
export function planVolume(volume: PersistentVolume): VolumeStep {
  const phase = volume.status?.phase;
  const isGuarded = hasFinalizer(volume);
  if (volume.spec.persistentVolumeReclaimPolicy !== "Delete")
    return isGuarded ? { do: "setFinalizers", finalizers: withoutFinalizer(volume) } : { do: "nothing" };
  if (isTerminating(volume) && !isGuarded) return { do: "nothing" };
  if (phase === "Released" || phase === "Failed") return { do: "remove" };
  if (isTerminating(volume) && phase === "Available") return { do: "remove" };
  if (phase === "Bound" && !isGuarded)
    return { do: "setFinalizers", finalizers: [...(volume.metadata.finalizers ?? []), finalizers.provisioner] };
  return { do: "nothing" };
}

export function hasFinalizer(volume: PersistentVolume): boolean {
  return volume.metadata.finalizers?.includes(finalizers.provisioner) === true;
}

export function withoutFinalizer(volume: PersistentVolume): readonly string[] {
  return (volume.metadata.finalizers ?? []).filter((each) => each !== finalizers.provisioner);
}
