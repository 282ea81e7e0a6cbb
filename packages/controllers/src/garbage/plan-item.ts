import { isTerminating, type KubeObject, type OwnerReference } from "@ordinal/api";
import { foregroundFinalizer, hasFinalizer, isForegroundDeleted, isOrphaning, orphanFinalizer } from "./finalizers.ts";

/** How it stands with one owner: there, there but waiting for its dependents to be deleted, or gone for certain. */
export type OwnerState = "solid" | "waiting" | "absent";

export type Propagation = "Foreground" | "Background" | "Orphan";

export interface Item {
  readonly object: KubeObject;
  readonly owners: readonly { readonly owner: OwnerReference; readonly state: OwnerState }[];
  readonly dependents: readonly KubeObject[];
}

export type ItemStep =
  | { readonly do: "nothing" }
  | { readonly do: "delete"; readonly propagation: Propagation }
  /** Keeps the object, without these owners. */
  | { readonly do: "drop-owners"; readonly uids: readonly string[] }
  /** Two objects wait for each other: stop blocking the owners, then delete in the foreground. */
  | { readonly do: "unblock-and-delete" }
  | { readonly do: "release-dependents" }
  | { readonly do: "drop-finalizer"; readonly finalizer: string };

const nothing: ItemStep = { do: "nothing" };

/** What ownership asks for one object. Source: `attemptToDeleteItem`, `attemptToOrphanWorker` of the garbage collector. */
export function planItem({ object, owners, dependents }: Item): ItemStep {
  if (isOrphaning(object)) {
    return dependents.length > 0 ? { do: "release-dependents" } : { do: "drop-finalizer", finalizer: orphanFinalizer };
  }
  if (isForegroundDeleted(object)) {
    const isBlocked = dependents.some((dependent) => blocks(dependent, object));
    return isBlocked ? nothing : { do: "drop-finalizer", finalizer: foregroundFinalizer };
  }
  if (isTerminating(object) || owners.length === 0) return nothing;

  const lost = owners.filter(({ state }) => state !== "solid");
  if (lost.length < owners.length) {
    return lost.length === 0 ? nothing : { do: "drop-owners", uids: lost.map(({ owner }) => owner.uid) };
  }
  if (owners.some(({ state }) => state === "waiting") && dependents.length > 0) {
    const isCircle = dependents.some(isForegroundDeleted);
    return isCircle ? { do: "unblock-and-delete" } : { do: "delete", propagation: "Foreground" };
  }
  return { do: "delete", propagation: askedPropagation(object) };
}

/** Finalizers somebody put there beforehand say how to go. */
function askedPropagation(object: KubeObject): Propagation {
  if (hasFinalizer(object, orphanFinalizer)) return "Orphan";
  return hasFinalizer(object, foregroundFinalizer) ? "Foreground" : "Background";
}

function blocks(dependent: KubeObject, owner: KubeObject): boolean {
  return (dependent.metadata.ownerReferences ?? []).some(
    ({ uid, blockOwnerDeletion }) => uid === owner.metadata.uid && blockOwnerDeletion === true,
  );
}
