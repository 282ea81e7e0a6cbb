import { isDeepStrictEqual } from "node:util";
import {
  isApiError,
  isCounted,
  kindOf,
  kinds,
  type KubeObject,
  type ResourceName,
  type ResourceQuota,
} from "@ordinal/api";
import { keyOf, type Change } from "@ordinal/client";
import type { Stoppable } from "@ordinal/runtime";
import type { ControllerOptions } from "../controller-options.ts";
import { startController } from "../controller.ts";
import { createLedgers } from "./ledgers.ts";

const countedResources: readonly ResourceName[] = kinds.filter(isCounted).map(({ plural }) => plural);

/**
 * Keeps `status.hard` and `status.used` of every quota true. Nothing is decided by them: the API server counts for itself
 * what may still be made. Source: `pkg/controller/resourcequota`.
 */
export function startQuotaController({ client, clock, log, informers }: ControllerOptions): Stoppable {
  const quotas = informers.of("resourcequotas");
  const ledgers = createLedgers(informers);
  const reads = countedResources.map((resource) => informers.of(resource));
  const controller = startController({ name: "resource quota", clock, log, reads, reconcile });
  for (const resource of countedResources) {
    controller.follow(informers.of(resource), (change: Change<KubeObject>) => ledgers.note(kindOf(resource), change));
  }
  controller.follow(quotas, ({ before, after }) => {
    const quota = after ?? before;
    return quota === undefined ? [] : [keyOf(quota)];
  });
  return controller;

  async function reconcile(key: string): Promise<void> {
    const quota = quotas.get(key);
    if (quota === undefined) {
      ledgers.forget(key);
      return;
    }
    const status = { hard: quota.spec.hard ?? {}, used: ledgers.of(quota).used() };
    if (isDeepStrictEqual({ ...quota.status }, status)) return;
    await write({ ...quota, status });
  }

  async function write(quota: ResourceQuota): Promise<void> {
    try {
      await client.update("resourcequotas", quota, { subresource: "status" });
    } catch (error) {
      // Whoever changed or deleted it in between brings the key back.
      if (!isApiError(error, "NotFound", "Conflict")) throw error;
    }
  }
}
