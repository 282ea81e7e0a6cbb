import type { Kind } from "@ordinal/api";
import type { Ref } from "@ordinal/client";
import type { Clock } from "@ordinal/runtime";
import { keyPrefix, objectKey } from "./object-key.ts";
import type { ObjectStore } from "./object-store.ts";

/** Which objects of a kind were deleted a moment ago. */
export interface RecentDeletions {
  /** The revision that deleted the object of this name within the last second, or undefined. */
  revisionOf(at: Ref): number | undefined;
}

const rememberedMs = 1_000;

/** Follows the deletions of a kind from now on. Holds only those of the last second and what came right after. */
export function followDeletions(
  kind: Kind,
  { objects, clock }: { objects: ObjectStore; clock: Clock },
): RecentDeletions {
  /** Oldest first. */
  const deletions = new Map<string, { readonly revision: number; readonly ms: number }>();

  function forgetOld(): void {
    for (const [key, { ms }] of deletions) {
      if (clock.now() - ms <= rememberedMs) return;
      deletions.delete(key);
    }
  }

  objects.watch({
    prefix: keyPrefix(kind),
    fromRevision: objects.revision(),
    onChange({ before, after, revision }) {
      if (after !== undefined || before === undefined) return;
      forgetOld();
      const key = objectKey(kind, before().metadata);
      deletions.delete(key);
      deletions.set(key, { revision, ms: clock.now() });
    },
  });

  return {
    revisionOf(at) {
      forgetOld();
      return deletions.get(objectKey(kind, at))?.revision;
    },
  };
}
