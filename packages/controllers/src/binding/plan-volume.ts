import { annotations, type PersistentVolume, type PersistentVolumeClaim } from "@ordinal/api";
import type { Happening } from "@ordinal/client";
import { modeOf } from "./match-volume.ts";

type VolumePhase = "Available" | "Bound" | "Released" | "Failed";

export type VolumeStep =
  | { readonly do: "nothing" }
  /** With an event: it is also the message of the status. */
  | { readonly do: "setPhase"; readonly phase: VolumePhase; readonly event?: Happening }
  /** Gives a volume back that is reserved for a claim which took another one. */
  | { readonly do: "unbind" }
  /** The claim has not taken the volume yet; where there is a reason, both are told. */
  | { readonly do: "askClaim"; readonly events?: { readonly volume: Happening; readonly claim: Happening } };

/** Whom a volume concerns, as they are now. */
export interface VolumeWorld {
  /** The claim that the claimRef names, by uid; undefined: it is gone. */
  readonly claim: PersistentVolumeClaim | undefined;
  /** Whether a claim that was bound before names this volume. */
  readonly isHeld: boolean;
}

/** What a volume's phase should be, and what is to be done with one whose claim is gone. Source: `pv_controller.go` syncVolume. */
export function planVolume(volume: PersistentVolume, { claim, isHeld }: VolumeWorld): VolumeStep {
  const reference = volume.spec.claimRef;
  // A bound claim takes its volume back before another one can have it.
  if (reference === undefined) return isHeld ? { do: "nothing" } : toPhase(volume, "Available");
  if ((reference.uid ?? "") === "") return toPhase(volume, "Available");
  if (claim === undefined) return planReleased(volume);
  const volumeName = claim.spec.volumeName ?? "";
  if (volumeName === "") return askClaim(volume, claim);
  if (volumeName === volume.metadata.name) return toPhase(volume, "Bound");
  const wasMadeForClaim = volume.metadata.annotations?.[annotations.provisionedBy] !== undefined;
  const isToBeDeleted = volume.spec.persistentVolumeReclaimPolicy === "Delete";
  return wasMadeForClaim && isToBeDeleted ? planReleased(volume) : { do: "unbind" };
}

/** The volume as it is given back: free again, or again reserved by name for the claim that its maker chose. */
export function unbound(volume: PersistentVolume): PersistentVolume {
  const { [annotations.boundByController]: wasReservedByUs, ...rest } = volume.metadata.annotations ?? {};
  const { claimRef, ...spec } = volume.spec;
  const { uid: _uid, resourceVersion: _version, ...byName } = claimRef ?? {};
  const metadata = { ...volume.metadata, annotations: rest };
  return wasReservedByUs === undefined
    ? { ...volume, spec: { ...spec, claimRef: byName } }
    : { ...volume, metadata, spec };
}

/** A volume whose claim is gone. What Delete asks for is its provisioner's work, and Recycle the recycler's. */
function planReleased(volume: PersistentVolume): VolumeStep {
  const phase = volume.status?.phase;
  // Failed is not overwritten: somebody is to see that something went wrong.
  if (phase !== "Released" && phase !== "Failed") return { do: "setPhase", phase: "Released" };
  if (volume.spec.persistentVolumeReclaimPolicy !== "Delete" || hasDeleter(volume)) return { do: "nothing" };
  const message = `error getting deleter volume plugin for volume "${volume.metadata.name}": no deletable volume plugin matched`;
  return phase === "Failed"
    ? { do: "nothing" }
    : { do: "setPhase", phase: "Failed", event: { type: "Warning", reason: "VolumeFailedDelete", message } };
}

/** Whether somebody outside deletes it: who provisioned it, or a CSI driver. Source: `findDeletablePlugin`. */
function hasDeleter(volume: PersistentVolume): boolean {
  const provisioner = volume.metadata.annotations?.[annotations.provisionedBy] ?? "";
  if (provisioner !== "") return !provisioner.startsWith("kubernetes.io/");
  return volume.spec.csi !== undefined;
}

function askClaim(volume: PersistentVolume, claim: PersistentVolumeClaim): VolumeStep {
  if (modeOf(volume) === modeOf(claim)) return { do: "askClaim" };
  const events = {
    volume: misfit(
      `Cannot bind PersistentVolume to requested PersistentVolumeClaim "${claim.metadata.name}" due to incompatible volumeMode.`,
    ),
    claim: misfit(
      `Cannot bind PersistentVolume "${volume.metadata.name}" to requested PersistentVolumeClaim due to incompatible volumeMode.`,
    ),
  };
  return { do: "askClaim", events };
}

function misfit(message: string): Happening {
  return { type: "Warning", reason: "VolumeMismatch", message };
}

function toPhase(volume: PersistentVolume, phase: VolumePhase): VolumeStep {
  return volume.status?.phase === phase ? { do: "nothing" } : { do: "setPhase", phase };
}
