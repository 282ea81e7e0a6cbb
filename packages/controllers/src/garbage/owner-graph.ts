import {
  apiVersionOf,
  findKind,
  kindOf,
  kinds,
  type KubeObject,
  type OwnerReference,
  type ResourceName,
} from "@ordinal/api";
import { keyOf, refOf, type Change, type Ref } from "@ordinal/client";
import type { Informers } from "../informers.ts";
import { isForegroundDeleted, isOrphaning } from "./finalizers.ts";

/** The resources whose objects are collected and can own: all but events, which neither own nor are owned. */
export const collectedResources: readonly ResourceName[] = kinds
  .map((kind) => kind.plural)
  .filter((resource) => resource !== "events");

/** Where one object is. */
export interface Place {
  readonly resource: ResourceName;
  readonly at: Ref;
}

interface Found extends Place {
  readonly object: KubeObject;
}

/** Who owns whom, looked up in the informers' indexes: keeping it costs nothing beyond them. */
export interface OwnerGraph {
  find(place: Place): KubeObject | undefined;
  dependentsOf(uid: string): readonly Found[];
  /** The keys of the objects whose fate a change can decide: none for a change of spec or status. */
  touchedBy(resource: ResourceName, change: Change<KubeObject>): readonly string[];
}

export function createOwnerGraph(informers: Informers): OwnerGraph {
  function dependentsOf(uid: string): readonly Found[] {
    return collectedResources.flatMap((resource) =>
      informers
        .of(resource)
        .by("ownerUid", uid)
        .map((object): Found => ({ resource, at: refOf(keyOf(object)), object })),
    );
  }

  function touchedByRemoval(object: KubeObject): readonly string[] {
    return [...dependentsOf(object.metadata.uid).map(placeKey), ...ownerKeys(object)];
  }

  function touchedByLook(resource: ResourceName, after: KubeObject, before?: KubeObject): readonly string[] {
    if (before !== undefined && bonds(before) === bonds(after)) return [];
    const isStarting = isForegroundDeleted(after) && (before === undefined || !isForegroundDeleted(before));
    const isOfInterest = ownersOf(after).length > 0 || isForegroundDeleted(after) || isOrphaning(after);
    return [
      ...(isOfInterest ? [placeKey({ resource, at: refOf(keyOf(after)) })] : []),
      ...(isStarting ? dependentsOf(after.metadata.uid).map(placeKey) : []),
      ...(before === undefined ? [] : ownerKeys(before)),
    ];
  }

  return {
    dependentsOf,
    find: ({ resource, at }) => informers.of(resource).get(keyOf({ metadata: at })),
    touchedBy(resource, { before, after }) {
      if (after === undefined) return before === undefined ? [] : touchedByRemoval(before);
      if (before === undefined || before.metadata.uid === after.metadata.uid) {
        return touchedByLook(resource, after, before);
      }
      return [...touchedByRemoval(before), ...touchedByLook(resource, after)];
    },
  };
}

/** Where the owner of a dependent must be, or undefined where that cannot be known. */
export function placeOfOwner(dependent: KubeObject, owner: OwnerReference): Place | undefined {
  const kind = findKind(owner.apiVersion, owner.kind);
  if (kind === undefined) return undefined;
  const { namespace = "" } = dependent.metadata;
  if (!kind.namespaced) return { resource: kind.plural, at: { name: owner.name } };
  // An object of the whole cluster cannot be owned from inside a namespace.
  return namespace === "" ? undefined : { resource: kind.plural, at: { namespace, name: owner.name } };
}

/** `pods/default/web-0`. */
function placeKey({ resource, at }: Place): string {
  return `${resource}/${keyOf({ metadata: at })}`;
}

/** Reads what `placeKey` wrote. */
export function placeOf(key: string): Place {
  const slash = key.indexOf("/");
  return { resource: key.slice(0, slash) as ResourceName, at: refOf(key.slice(slash + 1)) };
}

export function ownersOf(object: KubeObject): readonly OwnerReference[] {
  return object.metadata.ownerReferences ?? [];
}

function ownerKeys(object: KubeObject): readonly string[] {
  return ownersOf(object)
    .map((owner) => placeOfOwner(object, owner))
    .filter((place) => place !== undefined)
    .map(placeKey);
}

/** Everything about an object that ownership hangs on, as text. */
function bonds({ metadata }: KubeObject): string {
  return JSON.stringify([metadata.ownerReferences ?? [], metadata.finalizers ?? [], metadata.deletionTimestamp]);
}

/** How upstream writes an object in its logs: `[v1/Pod, namespace: default, name: web-0]`. */
export function describePlace({ resource, at }: Place): string {
  const kind = kindOf(resource);
  return `[${apiVersionOf(kind)}/${kind.kind}, namespace: ${at.namespace ?? ""}, name: ${at.name}]`;
}
