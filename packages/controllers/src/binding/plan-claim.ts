import {
  annotations,
  isTerminating,
  type PersistentVolume,
  type PersistentVolumeClaim,
  type StorageClass,
} from "@ordinal/api";
import type { Happening } from "@ordinal/client";
import { classOf, isBindCompleted, isReservedFor, matchVolume, mismatch } from "./match-volume.ts";

/** What binding a claim needs to know. */
export interface ClaimWorld {
  readonly volume: (name: string) => PersistentVolume | undefined;
  readonly volumesOfClass: (name: string) => readonly PersistentVolume[];
  readonly storageClass: (name: string) => StorageClass | undefined;
}

export type ClaimStep =
  | { readonly do: "nothing" }
  /** Binds the two, from whatever step an earlier attempt was left at. */
  | { readonly do: "bind"; readonly volume: PersistentVolume }
  /** Asks the class's provisioner for a volume. */
  | { readonly do: "provision"; readonly provisioner: string; readonly event: Happening }
  /** Stays Pending; the event says why. */
  | { readonly do: "wait"; readonly event?: Happening }
  | { readonly do: "lose"; readonly event: Happening };

const noProvisioner = "kubernetes.io/no-provisioner";

/** The next step of a claim towards its volume. Source: `pv_controller.go` syncClaim. */
export function planClaim(claim: PersistentVolumeClaim, world: ClaimWorld): ClaimStep {
  if (isBindCompleted(claim)) return planBound(claim, world);
  if (isTerminating(claim)) return { do: "nothing" };
  return (claim.spec.volumeName ?? "") === "" ? planUnbound(claim, world) : planNamed(claim, world);
}

function planBound(claim: PersistentVolumeClaim, world: ClaimWorld): ClaimStep {
  const name = claim.spec.volumeName ?? "";
  if (name === "")
    return lose("ClaimLost", "Bound claim has lost reference to PersistentVolume. Data on the volume is lost!");
  const volume = world.volume(name);
  if (volume === undefined)
    return lose("ClaimLost", "Bound claim has lost its PersistentVolume. Data on the volume is lost!");
  if (volume.spec.claimRef === undefined || isReservedFor(volume, claim)) return { do: "bind", volume };
  return lose("ClaimMisbound", "Two claims are bound to the same volume, this one is bound incorrectly");
}

function planNamed(claim: PersistentVolumeClaim, world: ClaimWorld): ClaimStep {
  const volume = world.volume(claim.spec.volumeName ?? "");
  if (volume === undefined) return { do: "wait" };
  if (volume.spec.claimRef !== undefined && !isReservedFor(volume, claim)) {
    return waitBecause("FailedBinding", `volume "${volume.metadata.name}" already bound to a different claim.`);
  }
  const problem = mismatch(claim, volume);
  if (problem === undefined) return { do: "bind", volume };
  return waitBecause("VolumeMismatch", `Cannot bind to requested volume "${volume.metadata.name}": ${problem}`);
}

function planUnbound(claim: PersistentVolumeClaim, world: ClaimWorld): ClaimStep {
  const className = classOf(claim);
  const storageClass = world.storageClass(className);
  const isDelayed =
    storageClass?.volumeBindingMode === "WaitForFirstConsumer" &&
    claim.metadata.annotations?.[annotations.selectedNode] === undefined;
  const found = matchVolume(claim, world.volumesOfClass(className));
  if (found !== undefined && (!isDelayed || isReservedFor(found, claim))) return { do: "bind", volume: found };
  if (isDelayed) {
    return say("Normal", "WaitForFirstConsumer", "waiting for first consumer to be created before binding");
  }
  return className === ""
    ? say("Normal", "FailedBinding", "no persistent volumes available for this claim and no storage class is set")
    : planProvisioning(className, storageClass);
}

function planProvisioning(className: string, storageClass: StorageClass | undefined): ClaimStep {
  if (storageClass === undefined) {
    return waitBecause("ProvisioningFailed", `storageclass.storage.k8s.io "${className}" not found`);
  }
  const { provisioner } = storageClass;
  if (provisioner === noProvisioner) {
    return say(
      "Normal",
      "FailedBinding",
      `no persistent volumes available for this claim and storage class "${className}" does not provision`,
    );
  }
  const message = `Waiting for a volume to be created either by the external provisioner '${provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.`;
  return { do: "provision", provisioner, event: { type: "Normal", reason: "ExternalProvisioning", message } };
}

function say(type: Happening["type"], reason: string, message: string): ClaimStep {
  return { do: "wait", event: { type, reason, message } };
}

function waitBecause(reason: string, message: string): ClaimStep {
  return say("Warning", reason, message);
}

function lose(reason: string, message: string): ClaimStep {
  return { do: "lose", event: { type: "Warning", reason, message } };
}
