import { isTerminating, type KubeObject } from "@ordinal/api";

/** Names of the two finalizers the garbage collector answers for. Source: apimachinery `meta/v1`. */
export const foregroundFinalizer = "foregroundDeletion";
export const orphanFinalizer = "orphan";

/** Whether the object waits for its dependents to be deleted first. */
export function isForegroundDeleted(object: KubeObject): boolean {
  return isTerminating(object) && hasFinalizer(object, foregroundFinalizer);
}

/** Whether the object waits for its dependents to be released first. */
export function isOrphaning(object: KubeObject): boolean {
  return isTerminating(object) && hasFinalizer(object, orphanFinalizer);
}

export function hasFinalizer({ metadata }: KubeObject, finalizer: string): boolean {
  return metadata.finalizers?.includes(finalizer) ?? false;
}

export function withoutFinalizer<T extends KubeObject>(object: T, finalizer: string): T {
  const finalizers = (object.metadata.finalizers ?? []).filter((each) => each !== finalizer);
  return { ...object, metadata: { ...object.metadata, finalizers } };
}
