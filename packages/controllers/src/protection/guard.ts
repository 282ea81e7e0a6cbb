import { isApiError, isTerminating, type KubeObject } from "@ordinal/api";

/** Whether a finalizer is all that this object's deletion may wait for us to remove. */
export function isDeletionCandidate({ metadata }: KubeObject, finalizer: string): boolean {
  return isTerminating({ metadata }) && (metadata.finalizers ?? []).includes(finalizer);
}

/** Whether an object that was made past the admission still lacks its finalizer. */
export function lacksFinalizer({ metadata }: KubeObject, finalizer: string): boolean {
  return !isTerminating({ metadata }) && !(metadata.finalizers ?? []).includes(finalizer);
}

export function withFinalizer<T extends KubeObject>(object: T, finalizer: string): T {
  const finalizers = [...(object.metadata.finalizers ?? []), finalizer];
  return { ...object, metadata: { ...object.metadata, finalizers } };
}

export function withoutFinalizer<T extends KubeObject>(object: T, finalizer: string): T {
  const finalizers = (object.metadata.finalizers ?? []).filter((each) => each !== finalizer);
  return { ...object, metadata: { ...object.metadata, finalizers } };
}

/** Resolves also when the object is gone by now: then there is nothing left to guard. */
export async function unlessGone(writing: Promise<unknown>): Promise<void> {
  try {
    await writing;
  } catch (error) {
    if (!isApiError(error, "NotFound")) throw error;
  }
}
