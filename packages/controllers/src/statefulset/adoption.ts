import {
  controllerOf,
  controllerReference,
  isTerminating,
  matches,
  selectorOf,
  type KubeObject,
  type StatefulSet,
} from "@ordinal/api";

/** What a set has to do with an object it could own. */
export type Relation = "owned" | "adoptable" | "to-release" | "none";

export interface RelationOptions {
  /** Whether the object's name is one the set gives; revisions may have any. */
  readonly isNamedByIt: boolean;
}

/** Source: `ClaimObject` of the controller reference manager. */
export function relationTo(set: StatefulSet, object: KubeObject, { isNamedByIt }: RelationOptions): Relation {
  const isMatch = isNamedByIt && matches(selectorOf(set.spec.selector), object.metadata.labels);
  const controller = controllerOf(object);
  if (controller !== undefined) {
    if (controller.uid !== set.metadata.uid) return "none";
    if (isMatch) return "owned";
    return isTerminating(set) ? "none" : "to-release";
  }
  return isMatch && !isTerminating(set) && !isTerminating(object) ? "adoptable" : "none";
}

export function adopted<T extends KubeObject>(set: StatefulSet, object: T): T {
  const owners = (object.metadata.ownerReferences ?? []).filter((owner) => owner.uid !== set.metadata.uid);
  return {
    ...object,
    metadata: { ...object.metadata, ownerReferences: [...owners, controllerReference(set)] },
  };
}

export function released<T extends KubeObject>(set: StatefulSet, object: T): T {
  const ownerReferences = (object.metadata.ownerReferences ?? []).filter((owner) => owner.uid !== set.metadata.uid);
  return { ...object, metadata: { ...object.metadata, ownerReferences } };
}
