import { isApiError, type StatefulSet } from "@ordinal/api";
import { keyOf, refOf, type Client } from "@ordinal/client";
import { completed, saysSame, storedForm, type SetStatus } from "./status.ts";

/** Stores the status unless the set already has it. Gives back what was written. Source: `updateStatefulSetStatus`. */
export async function writeStatus(
  client: Client,
  set: StatefulSet,
  status: SetStatus,
): Promise<StatefulSet | undefined> {
  const next = completed(set, status);
  if (saysSame(set.status, next)) return undefined;
  try {
    return await update(client, set, next);
  } catch (error) {
    if (isApiError(error, "NotFound")) return undefined;
    if (!isApiError(error, "Conflict")) throw error;
  }
  // Somebody changed the spec meanwhile; observedGeneration says which spec this status speaks of.
  const fresh = await client.get("statefulsets", refOf(keyOf(set)));
  return fresh.metadata.uid === set.metadata.uid ? await update(client, fresh, next) : undefined;
}

async function update(client: Client, set: StatefulSet, status: SetStatus): Promise<StatefulSet> {
  return await client.update("statefulsets", { ...set, status: storedForm(status) }, { subresource: "status" });
}
