import { backoffDelay } from "@ordinal/runtime";

/** How often something is tried before it waits for a change. Source: sig-storage-lib `DefaultFailedProvisionThreshold`. */
const triesPerRound = 15;

/** How long after its first failure something is tried again. */
const firstRetryMs = 500;

/** What has waited in vain is looked at again after this time. Source: sig-storage-lib `DefaultResyncPeriod`. */
const resyncMs = 15 * 60_000;

/** Counts failures by key, and says when the next try is due: sooner at first, then later, and after 15 tries at the next resync. */
export interface Retries {
  /** Milliseconds until the next try. */
  failed(key: string): number;
  /** Begins anew: it has gone well, or the world has changed. */
  clear(key: string): void;
  /** Whether the tries are used up, so that only a change can help. */
  isWaiting(key: string): boolean;
}

export function createRetries(baseMs: number = firstRetryMs): Retries {
  const failures = new Map<string, number>();
  return {
    failed(key) {
      const count = (failures.get(key) ?? 0) + 1;
      failures.set(key, count);
      return count < triesPerRound ? backoffDelay(count, { baseMs, capMs: 60_000 }) : resyncMs;
    },
    clear: (key) => void failures.delete(key),
    isWaiting: (key) => (failures.get(key) ?? 0) >= triesPerRound,
  };
}
