import {
  annotations,
  classNameOf,
  isTerminating,
  namesClass,
  type PersistentVolume,
  type PersistentVolumeClaim,
  type StorageClass,
} from "@ordinal/api";
import type { Happening } from "@ordinal/client";
import { isBindCompleted, isReservedFor, mismatch } from "./match-volume.ts";

/** What binding a claim needs to know. */
export interface ClaimWorld {
  readonly volume: (name: string) => PersistentVolume | undefined;
  /** The volume whose claimRef names this claim and that can hold it. */
  readonly reservedFor: (claim: PersistentVolumeClaim) => PersistentVolume | undefined;
  /** The best of the volumes that any claim may have. */
  readonly findAvailable: (claim: PersistentVolumeClaim) => PersistentVolume | undefined;
  readonly storageClass: (name: string) => StorageClass | undefined;
  readonly defaultClass: () => StorageClass | undefined;
  /** The names of the pods that use the claim and have no node yet. */
  readonly waitingPods: (claim: PersistentVolumeClaim) => readonly string[];
  readonly hasNode: (name: string) => boolean;
}

export type ClaimStep =
  | { readonly do: "nothing" }
  /** Binds the two, from whatever step an earlier attempt was left at. */
  | { readonly do: "bind"; readonly volume: PersistentVolume }
  /** Gives the claim the class it would have got, had it been the default when the claim was made. */
  | { readonly do: "assignClass"; readonly className: string }
  /** Asks the class's provisioner for a volume. */
  | { readonly do: "provision"; readonly provisioner: string; readonly event: Happening }
  /** Takes back the choice of a node that is gone, so that the scheduler chooses again. */
  | { readonly do: "unselectNode" }
  /** Stays Pending; the event says why. */
  | { readonly do: "wait"; readonly event?: Happening }
  | { readonly do: "lose"; readonly event: Happening };

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
  if (isReservedFor(volume, claim)) return { do: "bind", volume };
  if (volume.spec.claimRef !== undefined) {
    return waitBecause("FailedBinding", `volume "${volume.metadata.name}" already bound to a different claim.`);
  }
  const problem = mismatch(claim, volume);
  if (problem === undefined) return { do: "bind", volume };
  return waitBecause("VolumeMismatch", `Cannot bind to requested volume "${volume.metadata.name}": ${problem}`);
}

function planUnbound(claim: PersistentVolumeClaim, world: ClaimWorld): ClaimStep {
  const className = classNameOf(claim);
  const storageClass = world.storageClass(className);
  const isDelayed = storageClass?.volumeBindingMode === "WaitForFirstConsumer";
  // Of a class that waits for a pod, the scheduler chooses the volume, because it knows the node.
  const volume = world.reservedFor(claim) ?? (isDelayed ? undefined : world.findAvailable(claim));
  if (volume !== undefined) return { do: "bind", volume };
  const defaultClass = namesClass(claim) ? undefined : world.defaultClass();
  if (defaultClass !== undefined) return { do: "assignClass", className: defaultClass.metadata.name };
  const selectedNode = claim.metadata.annotations?.[annotations.selectedNode];
  if (isDelayed && selectedNode === undefined) return waitForConsumer(world.waitingPods(claim));
  if (isDelayed && selectedNode !== undefined && !world.hasNode(selectedNode)) return { do: "unselectNode" };
  if (className !== "") return planProvisioning(className, storageClass);
  return wait("Normal", "FailedBinding", "no persistent volumes available for this claim and no storage class is set");
}

function waitForConsumer(pods: readonly string[]): ClaimStep {
  if (pods.length === 0) {
    return wait("Normal", "WaitForFirstConsumer", "waiting for first consumer to be created before binding");
  }
  const named = `${pods.length === 1 ? "pod" : "pods"} ${pods.join(",")}`;
  return wait("Normal", "WaitForPodScheduled", `waiting for ${named} to be scheduled`);
}

function planProvisioning(className: string, storageClass: StorageClass | undefined): ClaimStep {
  if (storageClass === undefined) {
    return waitBecause("ProvisioningFailed", `storageclass.storage.k8s.io "${className}" not found`);
  }
  const { provisioner } = storageClass;
  // Names of this prefix are of provisioners inside Kubernetes, of which there are none here.
  if (provisioner.startsWith("kubernetes.io/")) {
    return waitBecause("ProvisioningFailed", `no volume plugin matched name: ${provisioner}`);
  }
  const message = `Waiting for a volume to be created either by the external provisioner '${provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.`;
  return { do: "provision", provisioner, event: { type: "Normal", reason: "ExternalProvisioning", message } };
}

function wait(type: Happening["type"], reason: string, message: string): ClaimStep {
  return { do: "wait", event: { type, reason, message } };
}

function waitBecause(reason: string, message: string): ClaimStep {
  return wait("Warning", reason, message);
}

function lose(reason: string, message: string): ClaimStep {
  return { do: "lose", event: { type: "Warning", reason, message } };
}
