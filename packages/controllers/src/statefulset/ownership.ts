import { isTerminating, type ControllerRevision, type KubeObject, type Pod, type StatefulSet } from "@ordinal/api";
import { keyOf, refOf, type Client } from "@ordinal/client";
import { adopted, relationTo, released, type Relation } from "./adoption.ts";
import { ordinalOf } from "./identity.ts";

export interface OwnershipOptions {
  readonly client: Client;
  /** Candidates: everything the set owns, and whatever it could own. */
  readonly pods: readonly Pod[];
  readonly revisions: readonly ControllerRevision[];
  readonly onWritten: (resource: "pods" | "controllerrevisions", written: KubeObject) => void;
}

/** What the set owns of the candidates. */
export function ownedPods(set: StatefulSet, pods: readonly Pod[]): readonly Pod[] {
  return pods.filter((pod) => podRelation(set, pod) === "owned");
}

/**
 * Adopts orphans that match and releases what does not match any more. False when something was written, so that what
 * follows must wait for fresh copies. Throws when another writer was faster.
 */
export async function settleOwnership(set: StatefulSet, options: OwnershipOptions): Promise<boolean> {
  const { client, onWritten } = options;
  const pods = options.pods.map((pod) => ({ pod, relation: podRelation(set, pod) }));
  const adoptable = pods.filter(({ relation }) => relation === "adoptable");
  const leaving = pods.filter(({ relation }) => relation === "to-release");
  const orphans = options.revisions.filter((each) => relationTo(set, each, { isNamedByIt: true }) === "adoptable");
  if (adoptable.length + orphans.length > 0) await checkIsStillThere(set, client);
  for (const { pod } of leaving) onWritten("pods", await client.update("pods", released(set, pod)));
  for (const { pod } of adoptable) onWritten("pods", await client.update("pods", adopted(set, pod)));
  for (const revision of orphans) {
    onWritten("controllerrevisions", await client.update("controllerrevisions", adopted(set, revision)));
  }
  return adoptable.length + leaving.length + orphans.length === 0;
}

function podRelation(set: StatefulSet, pod: Pod): Relation {
  return relationTo(set, pod, { isNamedByIt: ordinalOf(set, pod.metadata.name) !== undefined });
}

/** A copy may be older than the set's deletion, and a set that is gone must not adopt. Source: `RecheckDeletionTimestamp`. */
async function checkIsStillThere(set: StatefulSet, client: Client): Promise<void> {
  const fresh = await client.get("statefulsets", refOf(keyOf(set)));
  if (fresh.metadata.uid === set.metadata.uid && !isTerminating(fresh)) return;
  throw new Error(`statefulset ${keyOf(set)} has just been deleted, it cannot adopt`);
}
