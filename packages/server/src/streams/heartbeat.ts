import type { Clock } from "@ordinal/runtime";

const everyMs = 10_000;

/**
 * Writes something harmless now and then: when the other side vanished while we were not reading, only a failing write
 * tells. Returns how to end it.
 */
export function startHeartbeat(clock: Clock, beat: () => void): () => void {
  let cancel = clock.after(everyMs, next);

  function next(): void {
    beat();
    cancel = clock.after(everyMs, next);
  }

  return () => cancel();
}
