import type { KubeObject } from "@ordinal/api";
import { keyOf, type Informer } from "@ordinal/client";

/** The objects of an informer, and those written here that it does not show yet. */
export interface FreshView<T> {
  get(key: string): T | undefined;
  /** Notes what the API answered to a write. */
  written(object: T): void;
}

export function createFreshView<T extends KubeObject>(informer: Informer<T>): FreshView<T> {
  const own = new Map<string, T>();

  return {
    get(key) {
      const written = own.get(key);
      if (written !== undefined && informer.revision() < Number(written.metadata.resourceVersion)) return written;
      own.delete(key);
      return informer.get(key);
    },
    written: (object) => void own.set(keyOf(object), object),
  };
}
