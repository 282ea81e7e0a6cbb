import type { KubeObject, ResourceName } from "@ordinal/api";
import type { Clock } from "@ordinal/runtime";
import type { Informers } from "../informers.ts";

/** Longer than any watch lags behind; after it a plan is made from whatever is there. */
const patienceMs = 5_000;

/** Keeps a controller from planning on a copy that does not yet show what it has just written. */
export interface OwnWrites {
  /** Notes what a write under this key answered. */
  note(key: string, resource: ResourceName, written: KubeObject): void;
  /** Whether the informers show every write noted under this key. */
  areSeen(key: string): boolean;
}

/** Source: the purpose of `ControllerExpectations`, done with revisions. */
export function createOwnWrites(informers: Informers, clock: Clock): OwnWrites {
  const newest = new Map<string, Map<ResourceName, { readonly revision: number; readonly atMs: number }>>();

  return {
    note(key, resource, { metadata }) {
      const ofKey = newest.get(key) ?? new Map();
      const revision = Math.max(Number(metadata.resourceVersion), ofKey.get(resource)?.revision ?? 0);
      newest.set(key, ofKey.set(resource, { revision, atMs: clock.now() }));
    },
    areSeen(key) {
      const ofKey = newest.get(key) ?? new Map();
      const isSeen = [...ofKey].every(
        ([resource, { revision, atMs }]) =>
          informers.of(resource).revision() >= revision || clock.now() - atMs >= patienceMs,
      );
      if (isSeen) newest.delete(key);
      return isSeen;
    },
  };
}
