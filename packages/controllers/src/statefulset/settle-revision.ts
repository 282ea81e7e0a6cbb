import { isApiError, type ControllerRevision, type Draft, type StatefulSet } from "@ordinal/api";
import type { Client } from "@ordinal/client";
import { unreachable } from "@ordinal/runtime";
import { hasContentOf, planRevision } from "./revisions.ts";

export interface Settled {
  /** The revision that stands for the set's template; stored. */
  readonly update: ControllerRevision;
  readonly collisionCount: number;
}

/** Makes sure that the set's template is a stored revision, and the newest. */
export async function settleRevision(
  client: Client,
  set: StatefulSet,
  history: readonly ControllerRevision[],
): Promise<Settled> {
  let collisionCount = set.status?.collisionCount ?? 0;
  for (;;) {
    const step = planRevision(set, history, collisionCount);
    switch (step.do) {
      case "keep":
        return { update: step.revision, collisionCount };
      case "renumber":
        return { update: await client.update("controllerrevisions", step.revision), collisionCount };
      case "create": {
        const update = await createOrFind(client, set, step.revision);
        if (update !== undefined) return { update, collisionCount };
        collisionCount += 1;
        break;
      }
      default:
        return unreachable(step);
    }
  }
}

/** Undefined when the name belongs to different content. Source: `CreateControllerRevision`. */
async function createOrFind(
  client: Client,
  set: StatefulSet,
  revision: Draft<ControllerRevision>,
): Promise<ControllerRevision | undefined> {
  try {
    return await client.create("controllerrevisions", revision);
  } catch (error) {
    if (!isApiError(error, "AlreadyExists")) throw error;
    const { namespace = "", name = "" } = revision.metadata;
    const existing = await client.get("controllerrevisions", { namespace, name });
    return hasContentOf(existing, set) ? existing : undefined;
  }
}
