import { isApiError, type ResourceName } from "@ordinal/api";
import type { Client } from "@ordinal/client";
import { describeError, type Logger } from "@ordinal/runtime";

/**
 * The same client, saying once in the log when lists begin to fail and once when all of them work again. A list is what
 * an informer tries after it lost its watch, so a server that only ends a watch is not reported.
 */
export function withContactLog(client: Client, log: Logger): Client {
  const failing = new Set<ResourceName>();

  function failed(resource: ResourceName, error: unknown): void {
    if (failing.size === 0) {
      log.warn("the API server does not answer; going on with what was last known", { error: describeError(error) });
    }
    failing.add(resource);
  }

  function worked(resource: ResourceName): void {
    if (failing.delete(resource) && failing.size === 0) log.info("the API server answers again");
  }

  return {
    get: (resource, at) => client.get(resource, at),
    async list(resource, options) {
      try {
        const listed = await client.list(resource, options);
        worked(resource);
        return listed;
      } catch (error) {
        if (!isApiError(error, "Expired")) failed(resource, error);
        throw error;
      }
    },
    watch: (resource, options) => client.watch(resource, options),
    create: (resource, object, options) => client.create(resource, object, options),
    update: (resource, object, options) => client.update(resource, object, options),
    patch: (resource, at, patch) => client.patch(resource, at, patch),
    delete: (resource, at, options) => client.delete(resource, at, options),
    bind: (pod, nodeName) => client.bind(pod, nodeName),
  };
}
