import { isApiError, type EndpointSlice, type Service } from "@ordinal/api";
import { keyOf, refOf, type Client, type Informer } from "@ordinal/client";
import { startReconcileLoop, type Clock, type Logger, type Outcome, type Stoppable } from "@ordinal/runtime";

export interface OrphanWatchOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
  readonly services: Informer<Service>;
  readonly slices: Informer<EndpointSlice>;
  readonly serviceKeyOf: (slice: EndpointSlice) => string;
  /** Called when `below()` may have risen. */
  readonly onSettled: () => void;
}

export interface OrphanWatch extends Stoppable {
  /** To be called for each slice that changed, or whose service did. */
  look(slice: EndpointSlice): void;
  /** Every slice up to this revision has its service here, or none anywhere. */
  below(): number;
}

/**
 * Knows the slices whose service has not been seen. Either its news is still on the way, or there is no such service:
 * the API server is asked which, so that a slice left behind by a deleted service holds nothing up.
 */
export function startOrphanWatch(options: OrphanWatchOptions): OrphanWatch {
  const { client, clock, log, services, slices, serviceKeyOf, onSettled } = options;
  /** Revisions of the slices that wait for their service, by key. */
  const waiting = new Map<string, number>();
  const loop = startReconcileLoop({ name: "orphaned slices", reconcile, clock, log, capMs: 1_000 });

  function look(changed: EndpointSlice): void {
    const key = keyOf(changed);
    const slice = slices.get(key);
    if (slice === undefined || services.get(serviceKeyOf(slice)) !== undefined) {
      settle(key);
    } else if (!waiting.has(key)) {
      waiting.set(key, Number(slice.metadata.resourceVersion));
      loop.enqueue(key);
    }
  }

  async function reconcile(key: string): Promise<Outcome | void> {
    const slice = slices.get(key);
    if (slice === undefined || !waiting.has(key)) return undefined;
    if (await exists(serviceKeyOf(slice))) return { againMs: 50 };
    settle(key);
    return undefined;
  }

  async function exists(serviceKey: string): Promise<boolean> {
    const at = refOf(serviceKey);
    if (at.name === "") return false;
    try {
      await client.get("services", at);
      return true;
    } catch (error) {
      if (isApiError(error, "NotFound")) return false;
      throw error;
    }
  }

  function settle(key: string): void {
    if (waiting.delete(key)) onSettled();
  }

  return {
    look,
    below: () => Math.min(...[...waiting.values()].map((revision) => revision - 1), Number.MAX_SAFE_INTEGER),
    stop: () => loop.stop(),
  };
}
