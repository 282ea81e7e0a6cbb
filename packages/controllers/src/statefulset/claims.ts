import {
  controllerReference,
  isTerminating,
  type Draft,
  type KubeObject,
  type OwnerReference,
  type PersistentVolumeClaim,
  type PersistentVolumeClaimTemplate,
  type Pod,
  type StatefulSet,
} from "@ordinal/api";

/** `<template>-<set>-<ordinal>`. */
export function claimName(set: StatefulSet, template: PersistentVolumeClaimTemplate, ordinal: number): string {
  return `${template.metadata?.name ?? ""}-${set.metadata.name}-${ordinal}`;
}

/** The names of all claims of one ordinal, in the order of the templates. */
export function claimNames(set: StatefulSet, ordinal: number): readonly string[] {
  return (set.spec.volumeClaimTemplates ?? []).map((template) => claimName(set, template, ordinal));
}

/** A new claim for a replica that is wanted. Source: `getPersistentVolumeClaims`. */
export function newClaim(
  set: StatefulSet,
  template: PersistentVolumeClaimTemplate,
  ordinal: number,
): Draft<PersistentVolumeClaim> {
  const { metadata, spec = {} } = template;
  const owners = retention(set).whenDeleted === "Delete" ? [controllerReference(set)] : [];
  return {
    metadata: {
      name: claimName(set, template, ordinal),
      ...(set.metadata.namespace === undefined ? {} : { namespace: set.metadata.namespace }),
      labels: { ...metadata?.labels, ...set.spec.selector.matchLabels },
      ...(metadata?.annotations === undefined ? {} : { annotations: metadata.annotations }),
      ...(metadata?.finalizers === undefined ? {} : { finalizers: metadata.finalizers }),
      ...(owners.length === 0 ? {} : { ownerReferences: owners }),
    },
    spec,
  };
}

/** A replica's claim in the eyes of the retention policy. */
export interface Replica {
  readonly podName: string;
  /** Absent while there is no such pod. */
  readonly pod: Pod | undefined;
  /** Whether the set still wants this ordinal. */
  readonly isWanted: boolean;
}

/**
 * Whether the claim waits to be collected with an earlier pod of this name, so that a new pod must not use it.
 * Source: `PodClaimIsStale`.
 */
export function isStaleClaim(set: StatefulSet, claim: PersistentVolumeClaim, replica: Replica): boolean {
  return retention(set).whenScaled === "Delete" && hasStaleOwner(claim, podIdentity(replica));
}

/**
 * The claim with the owners that persistentVolumeClaimRetentionPolicy asks for, or undefined when it has them.
 * Source: `isClaimOwnerUpToDate`, `updateClaimOwnerRefForSetAndPod`.
 */
export function claimWithOwners(
  set: StatefulSet,
  claim: PersistentVolumeClaim,
  replica: Replica,
): PersistentVolumeClaim | undefined {
  const setIdentity = { kind: set.kind, name: set.metadata.name, uid: set.metadata.uid };
  const identities = [setIdentity, podIdentity(replica)];
  // Whatever refers to an earlier set or pod of this name is the garbage collector's business.
  if (isTerminating(claim) || identities.some((identity) => hasStaleOwner(claim, identity))) return undefined;
  const owners = claim.metadata.ownerReferences ?? [];
  const others = owners.filter((owner) => !identities.some((identity) => names(owner, identity)));
  const wanted = wantedOwner(set, replica);
  const isForeign = wanted !== undefined && others.some((owner) => owner.controller === true);
  const next = wanted === undefined || isForeign ? others : [...others, controllerReference(wanted)];
  if (isSame(owners, next)) return undefined;
  return { ...claim, metadata: { ...claim.metadata, ownerReferences: next } };
}

function wantedOwner(set: StatefulSet, replica: Replica): KubeObject | undefined {
  const { whenDeleted, whenScaled } = retention(set);
  if (!replica.isWanted && whenScaled === "Delete") return replica.pod;
  return whenDeleted === "Delete" ? set : undefined;
}

function retention(set: StatefulSet): { readonly whenDeleted: string; readonly whenScaled: string } {
  const { whenDeleted = "Retain", whenScaled = "Retain" } = set.spec.persistentVolumeClaimRetentionPolicy ?? {};
  return { whenDeleted, whenScaled };
}

interface Identity {
  readonly kind: string;
  readonly name: string;
  readonly uid: string | undefined;
}

function podIdentity({ podName, pod }: Replica): Identity {
  return { kind: "Pod", name: podName, uid: pod?.metadata.uid };
}

function hasStaleOwner(claim: PersistentVolumeClaim, identity: Identity): boolean {
  return (claim.metadata.ownerReferences ?? []).some((owner) => names(owner, identity) && owner.uid !== identity.uid);
}

function names(owner: OwnerReference, { kind, name }: Identity): boolean {
  return owner.kind === kind && owner.name === name;
}

function isSame(before: readonly OwnerReference[], after: readonly OwnerReference[]): boolean {
  return describe(before) === describe(after);
}

function describe(owners: readonly OwnerReference[]): string {
  return owners
    .map(({ uid, controller = false }) => `${uid} ${controller}`)
    .toSorted()
    .join();
}
