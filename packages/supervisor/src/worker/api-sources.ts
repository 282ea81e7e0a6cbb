import { isApiError, type ObjectOf, type ResourceName } from "@ordinal/api";
import type { Client } from "@ordinal/client";
import type { VolumeSources } from "../volumes/volume.ts";

/** Reads what pods of a namespace refer to, straight from the API; undefined for what does not exist. */
export function createApiSources(client: Client, namespace: string): VolumeSources {
  async function find<R extends ResourceName>(
    resource: R,
    at: { readonly name: string; readonly namespace?: string },
  ): Promise<ObjectOf<R> | undefined> {
    try {
      return await client.get(resource, at);
    } catch (error) {
      if (isApiError(error, "NotFound")) return undefined;
      throw error;
    }
  }
  return {
    configMap: (name) => find("configmaps", { namespace, name }),
    secret: (name) => find("secrets", { namespace, name }),
    claim: (name) => find("persistentvolumeclaims", { namespace, name }),
    persistentVolume: (name) => find("persistentvolumes", { name }),
  };
}
