import {
  controllerOf,
  matches,
  selectorOf,
  type KubeObject,
  type PersistentVolumeClaim,
  type StatefulSet,
} from "@ordinal/api";
import { keyOf, type Change, type Informer } from "@ordinal/client";
import { ordinalOf } from "./identity.ts";

/** The keys of the sets that own this pod or revision, have owned it until now, or might adopt it. */
export function setsOfDependent(sets: Informer<StatefulSet>, change: Change<KubeObject>): readonly string[] {
  return [change.before, change.after].flatMap((object): readonly string[] => {
    if (object === undefined) return [];
    const { namespace = "" } = object.metadata;
    const owner = controllerOf(object);
    if (owner !== undefined) return owner.kind === "StatefulSet" ? [`${namespace}/${owner.name}`] : [];
    return sets
      .by("namespace", namespace)
      .filter((set) => matches(selectorOf(set.spec.selector), object.metadata.labels))
      .map(keyOf);
  });
}

/** The keys of the sets that name this claim, when it comes, goes or changes its owners. */
export function setsOfClaim(sets: Informer<StatefulSet>, change: Change<PersistentVolumeClaim>): readonly string[] {
  const { before, after } = change;
  const claim = after ?? before;
  if (claim === undefined || (before !== undefined && after !== undefined && hasSameFate(before, after))) return [];
  return sets
    .by("namespace", claim.metadata.namespace ?? "")
    .filter((set) => namesClaim(set, claim.metadata.name))
    .map(keyOf);
}

function namesClaim(set: StatefulSet, claimName: string): boolean {
  return (set.spec.volumeClaimTemplates ?? []).some(({ metadata }) => {
    const prefix = `${metadata?.name}-`;
    return claimName.startsWith(prefix) && ordinalOf(set, claimName.slice(prefix.length)) !== undefined;
  });
}

function hasSameFate(before: PersistentVolumeClaim, after: PersistentVolumeClaim): boolean {
  const owners = [before, after].map(({ metadata }) => (metadata.ownerReferences ?? []).map(({ uid }) => uid).join());
  return before.metadata.deletionTimestamp === after.metadata.deletionTimestamp && owners[0] === owners[1];
}
