import type { PersistentVolumeClaim, Pod } from "@ordinal/api";
import type { Revision } from "./identity.ts";

/** What a plan is made from: a snapshot, owned by nobody. */
export interface World {
  /** The pods that belong to the set. */
  readonly pods: readonly Pod[];
  /** Looks up a claim of the set's namespace. */
  readonly claim: (name: string) => PersistentVolumeClaim | undefined;
  /** The revision the set was last fully at, and the one it goes to; the same when no rollout is under way. */
  readonly current: Revision;
  readonly update: Revision;
  /** How often the name of a new revision was taken. */
  readonly collisionCount: number;
  readonly nowMs: number;
}
