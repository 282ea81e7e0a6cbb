import type { PersistentVolume, PersistentVolumeClaim } from "@ordinal/api";
import { annotations } from "@ordinal/api";

type VolumePhase = "Available" | "Bound" | "Released" | "Failed";

export type VolumeStep =
  | { readonly do: "nothing" }
  | { readonly do: "setPhase"; readonly phase: VolumePhase }
  /** Gives a volume back that the controller had reserved for a claim which took another one. */
  | { readonly do: "unbind" };

/**
 * What a volume's phase should be, given the claim its claimRef names as it is now (undefined: it is gone, or another
 * one of that name). What a released volume's reclaim policy asks for is the provisioner's work.
 * Source: `pv_controller.go` syncVolume.
 */
export function planVolume(volume: PersistentVolume, claim: PersistentVolumeClaim | undefined): VolumeStep {
  const reference = volume.spec.claimRef;
  if (reference === undefined || (reference.uid ?? "") === "") return toPhase(volume, "Available");
  if (claim === undefined || claim.metadata.uid !== reference.uid) return toPhase(volume, "Released");
  const volumeName = claim.spec.volumeName ?? "";
  if (volumeName === volume.metadata.name) return toPhase(volume, "Bound");
  const wasReservedByUs = volume.metadata.annotations?.[annotations.boundByController] !== undefined;
  if (volumeName !== "" && wasReservedByUs) return { do: "unbind" };
  return { do: "nothing" };
}

function toPhase(volume: PersistentVolume, phase: VolumePhase): VolumeStep {
  const current = volume.status?.phase;
  if (current === phase || (phase === "Released" && current === "Failed")) return { do: "nothing" };
  return { do: "setPhase", phase };
}
