import {
  annotations,
  isTerminating,
  labels,
  matches,
  type Node,
  type PersistentVolume,
  type PersistentVolumeClaim,
  type StorageClass,
} from "@ordinal/api";

/** What providing for a claim depends on. */
export interface ClaimWorld {
  /** This node's name. */
  readonly nodeName: string;
  readonly node: (name: string) => Node | undefined;
  readonly storageClass: (name: string) => StorageClass | undefined;
  readonly hasVolume: (name: string) => boolean;
  /** Whether a provisioner is one of ours. */
  readonly isOurs: (provisioner: string) => boolean;
}

export type ClaimStep =
  | { readonly do: "nothing" }
  /** No volume will be made any more, or it is made already: what an attempt may have left is looked after. */
  | { readonly do: "close" }
  | { readonly do: "provide"; readonly claim: PersistentVolumeClaim; readonly storageClass: StorageClass }
  /** It cannot be done as things are; the text is for the event. */
  | { readonly do: "refuse"; readonly because: string }
  /** Asks the scheduler for another node than the one it has chosen, which is not there. */
  | { readonly do: "reschedule"; readonly claim: PersistentVolumeClaim; readonly because: string };

/** Names the volume of a claim; the same for every attempt, so that a repeated one finds the first one's work. */
export function volumeName(claimUid: string): string {
  return `pvc-${claimUid}`;
}

/** Whether somebody has been asked for a volume for this claim, and it has none yet. */
export function asksForVolume(claim: PersistentVolumeClaim): boolean {
  return (claim.spec.volumeName ?? "") === "" && provisionerOf(claim) !== undefined;
}

/** The next step of a claim, undefined when it is gone. Source: sig-storage-lib `shouldProvision`, `provisionClaimOperation`. */
export function planClaim(claim: PersistentVolumeClaim | undefined, world: ClaimWorld): ClaimStep {
  if (claim === undefined || isTerminating(claim) || (claim.spec.volumeName ?? "") !== "") return { do: "close" };
  const provisioner = provisionerOf(claim);
  if (provisioner === undefined || !world.isOurs(provisioner)) return { do: "nothing" };
  if (world.hasVolume(volumeName(claim.metadata.uid))) return { do: "close" };
  const className = claim.spec.storageClassName ?? "";
  const storageClass = world.storageClass(className);
  if (storageClass === undefined)
    return { do: "refuse", because: `storageclass.storage.k8s.io "${className}" not found` };
  if (storageClass.provisioner !== provisioner) return { do: "nothing" };
  return planPlace(claim, storageClass, world);
}

function planPlace(claim: PersistentVolumeClaim, storageClass: StorageClass, world: ClaimWorld): ClaimStep {
  const chosen = claim.metadata.annotations?.[annotations.selectedNode] ?? "";
  if (chosen === "" && storageClass.volumeBindingMode === "WaitForFirstConsumer") return { do: "nothing" };
  if (chosen !== "" && chosen !== world.nodeName) {
    // A node that exists has a provisioner of its own.
    return world.node(chosen) === undefined
      ? { do: "reschedule", claim, because: `failed to get target node: nodes "${chosen}" not found` }
      : { do: "nothing" };
  }
  if (allowsNode(storageClass, world.node(world.nodeName)?.metadata.labels ?? { [labels.hostname]: world.nodeName }))
    return { do: "provide", claim, storageClass };
  return { do: "refuse", because: `node "${world.nodeName}" is not among the allowedTopologies of the class` };
}

const betaStorageProvisioner = "volume.beta.kubernetes.io/storage-provisioner";

/** Whom the binding controller has asked for a volume, or undefined. */
export function provisionerOf(claim: PersistentVolumeClaim): string | undefined {
  const asked = claim.metadata.annotations ?? {};
  return asked[annotations.storageProvisioner] ?? asked[betaStorageProvisioner];
}

/** Whether a class may have volumes on a node of these labels. Source: component-helpers `MatchTopologySelectorTerms`. */
function allowsNode(storageClass: StorageClass, nodeLabels: Readonly<Record<string, string>>): boolean {
  const terms = storageClass.allowedTopologies ?? [];
  if (terms.length === 0) return true;
  return terms.some(({ matchLabelExpressions = [] }) =>
    matches(
      matchLabelExpressions.map(({ key, values }) => ({ operator: "in", key, values })),
      nodeLabels,
    ),
  );
}

/** Whether the volume is reserved for this very claim. */
export function isFor(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  return volume.spec.claimRef?.uid === claim.metadata.uid;
}
