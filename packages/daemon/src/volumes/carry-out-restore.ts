import { isApiError, type PersistentVolumeClaim } from "@ordinal/api";
import type { Client } from "@ordinal/client";
import { UsageError } from "../usage-error.ts";
import type { RestoreStep } from "./restore-claim.ts";

/** Makes the claim, or tells the one that waits what it is to get. Throws UsageError where the world has changed meanwhile. */
export async function carryOutRestore(client: Client, step: RestoreStep): Promise<PersistentVolumeClaim> {
  const { metadata } = step.claim;
  const { namespace = "", name = "" } = metadata;
  try {
    if (step.do === "create") return await client.create("persistentvolumeclaims", step.claim);
    const { annotations } = step;
    // Only as it was when it had no volume.
    const body = { metadata: { resourceVersion: metadata.resourceVersion, annotations } };
    return await client.patch("persistentvolumeclaims", { namespace, name }, { type: "merge", body });
  } catch (error) {
    if (isApiError(error, "NotFound") && step.do === "create")
      throw new UsageError(
        `there is no namespace ${namespace}; make it with: kubectl create namespace ${namespace}, or restore into another one with -n NAMESPACE`,
        { cause: error },
      );
    if (isApiError(error, "Conflict", "AlreadyExists", "NotFound"))
      throw new UsageError(`claim ${namespace}/${name} has changed at this moment; try again`, { cause: error });
    throw error;
  }
}
