import {
  annotations,
  claimNameOfVolume,
  classNameOf,
  foreignClaimProblem,
  isTerminating,
  type Node,
  type PersistentVolume,
  type PersistentVolumeClaim,
  type Pod,
  type StorageClass,
  type Volume,
} from "@ordinal/api";
import { isBindCompleted, requestOf } from "../binding/match-volume.ts";
import { allowsNode, isReachable } from "./node-selector.ts";

/** What a pod's claims need to know. */
export interface ClaimsWorld {
  /** A claim in the pod's namespace. */
  readonly claim: (name: string) => PersistentVolumeClaim | undefined;
  readonly volume: (name: string) => PersistentVolume | undefined;
  readonly storageClass: (name: string) => StorageClass | undefined;
  /** The volume whose claimRef names this claim and that can hold it. */
  readonly reservedFor: (claim: PersistentVolumeClaim) => PersistentVolume | undefined;
  /** The smallest volume that any claim may have, that fits this one, and that is accepted. */
  readonly findAvailable: (
    claim: PersistentVolumeClaim,
    accepts: (volume: PersistentVolume) => boolean,
  ) => PersistentVolume | undefined;
}

/** What has to be written so that a pod's claims come to their volumes. */
export interface Provision {
  /** Volumes that are there already, each for one claim. */
  readonly reservations: readonly { readonly claim: PersistentVolumeClaim; readonly volume: PersistentVolume }[];
  /** Claims whose volumes are to be made for the node. */
  readonly selections: readonly PersistentVolumeClaim[];
}

export type ClaimsPlan =
  | { readonly are: "bound" }
  /** Everything has been asked for. */
  | { readonly are: "underWay" }
  | ({ readonly are: "toProvide" } & Provision)
  /** Reasons as upstream's scheduler counts them: `node(s) had volume node affinity conflict`. */
  | { readonly are: "misfit"; readonly reasons: readonly string[] };

const noVolume = "node(s) didn't find available persistent volumes to bind";
const noProvisioner = "kubernetes.io/no-provisioner";

/** Why a pod can be put on no node at all, whichever there are, or undefined. Source: `volumebinding` PreFilter. */
export function claimProblem(pod: Pod, world: ClaimsWorld): string | undefined {
  for (const volume of pod.spec.volumes ?? []) {
    const problem = volumeProblem(pod, { volume, world });
    if (problem !== undefined) return problem;
  }
  const isUnboundAtOnce = claimsOf(pod, world).some((claim) => !isBound(claim) && !isDelayed(claim, world));
  return isUnboundAtOnce ? "pod has unbound immediate PersistentVolumeClaims" : undefined;
}

/** How a pod's claims stand on a node. Source: `volumebinding` FindPodVolumes. */
export function planClaims(
  pod: Pod,
  { node, world }: { readonly node: Node; readonly world: ClaimsWorld },
): ClaimsPlan {
  const claims = claimsOf(pod, world);
  const reasons = boundProblems(claims.filter(isBound), { node, world });
  const unbound = claims.filter((claim) => !isBound(claim));
  const provision = planProvision(unbound, { node, world });
  if (provision === undefined || reasons.length > 0) {
    return { are: "misfit", reasons: provision === undefined ? [...reasons, noVolume].toSorted() : reasons };
  }
  if (provision.reservations.length + provision.selections.length > 0) return { are: "toProvide", ...provision };
  return claims.every((claim) => claim.status?.phase === "Bound") ? { are: "bound" } : { are: "underWay" };
}

function volumeProblem(
  pod: Pod,
  { volume, world }: { readonly volume: Volume; readonly world: ClaimsWorld },
): string | undefined {
  const name = claimNameOfVolume(pod, volume);
  if (name === undefined) return undefined;
  const claim = world.claim(name);
  const isEphemeral = volume.ephemeral !== undefined;
  if (claim === undefined) {
    const missing = `persistentvolumeclaim "${name}"`;
    return isEphemeral ? `waiting for ephemeral volume controller to create the ${missing}` : `${missing} not found`;
  }
  if (claim.status?.phase === "Lost") {
    return `persistentvolumeclaim "${name}" bound to non-existent persistentvolume "${claim.spec.volumeName ?? ""}"`;
  }
  if (isTerminating(claim)) return `persistentvolumeclaim "${name}" is being deleted`;
  return isEphemeral ? foreignClaimProblem(pod, claim) : undefined;
}

function boundProblems(
  claims: readonly PersistentVolumeClaim[],
  { node, world }: { readonly node: Node; readonly world: ClaimsWorld },
): readonly string[] {
  for (const claim of claims) {
    const volume = world.volume(claim.spec.volumeName ?? "");
    if (volume === undefined) return ["node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)"];
    if (!isReachable(volume, node)) return ["node(s) had volume node affinity conflict"];
  }
  return [];
}

/** Undefined: there is no volume for one of them, and none can be made. */
function planProvision(
  claims: readonly PersistentVolumeClaim[],
  { node, world }: { readonly node: Node; readonly world: ClaimsWorld },
): Provision | undefined {
  const reservations: { claim: PersistentVolumeClaim; volume: PersistentVolume }[] = [];
  const selections: PersistentVolumeClaim[] = [];
  const isFree = (volume: PersistentVolume): boolean =>
    isReachable(volume, node) && !reservations.some((each) => each.volume.metadata.name === volume.metadata.name);
  for (const claim of claims.toSorted(bySize)) {
    const selectedNode = claim.metadata.annotations?.[annotations.selectedNode];
    const reserved = world.reservedFor(claim);
    if (selectedNode === undefined && reserved !== undefined) {
      if (!isReachable(reserved, node)) return undefined;
      continue;
    }
    const volume = selectedNode === undefined ? world.findAvailable(claim, isFree) : undefined;
    if (volume !== undefined) reservations.push({ claim, volume });
    else if (!canBeMade(claim, { node, world })) return undefined;
    else if (selectedNode === undefined) selections.push(claim);
  }
  return { reservations, selections };
}

function canBeMade(
  claim: PersistentVolumeClaim,
  { node, world }: { readonly node: Node; readonly world: ClaimsWorld },
): boolean {
  const storageClass = world.storageClass(classNameOf(claim));
  const selectedNode = claim.metadata.annotations?.[annotations.selectedNode] ?? node.metadata.name;
  if (storageClass === undefined || storageClass.provisioner === noProvisioner) return false;
  return selectedNode === node.metadata.name && allowsNode(storageClass.allowedTopologies, node);
}

function claimsOf(pod: Pod, world: ClaimsWorld): readonly PersistentVolumeClaim[] {
  const names = (pod.spec.volumes ?? []).flatMap((volume) => claimNameOfVolume(pod, volume) ?? []);
  return [...new Set(names)].flatMap((name) => world.claim(name) ?? []);
}

/** Whether it has its volume for good, even if its status does not say so yet. Source: `isPVCFullyBound`. */
function isBound(claim: PersistentVolumeClaim): boolean {
  return claim.status?.phase === "Bound" || (isBindCompleted(claim) && (claim.spec.volumeName ?? "") !== "");
}

/** Whether the scheduler decides when and to what it is bound; a claim that names its volume is bound at once. */
function isDelayed(claim: PersistentVolumeClaim, world: ClaimsWorld): boolean {
  if ((claim.spec.volumeName ?? "") !== "") return false;
  return world.storageClass(classNameOf(claim))?.volumeBindingMode === "WaitForFirstConsumer";
}

function bySize(a: PersistentVolumeClaim, b: PersistentVolumeClaim): number {
  const [sizeA, sizeB] = [requestOf(a), requestOf(b)];
  if (sizeA === sizeB) return 0;
  return sizeA < sizeB ? -1 : 1;
}
