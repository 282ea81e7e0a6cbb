import { kindOf, type Event } from "@ordinal/api";
import { describeError, type Clock, type Logger } from "@ordinal/runtime";
import { keyPrefix, objectKey } from "./object-key.ts";
import type { ObjectStore } from "./object-store.ts";

/** How long events are kept after their last change. Source: kube-apiserver `--event-ttl`. */
const keptMs = 60 * 60_000;

export interface EventExpiryOptions {
  readonly objects: ObjectStore;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Removes old events whenever a new one is written: so they cannot pile up, and no timer is needed. */
export async function expireEvents({ objects, clock, log }: EventExpiryOptions): Promise<void> {
  /** Keys by the time of their last change, oldest first. */
  const writtenMs = new Map<string, number>();
  const kind = kindOf("events");
  const prefix = keyPrefix(kind);

  function note(key: string, ms: number): void {
    writtenMs.delete(key);
    writtenMs.set(key, ms);
  }

  async function removeOld(): Promise<void> {
    for (const [key, ms] of writtenMs) {
      if (clock.now() - ms < keptMs) return;
      writtenMs.delete(key);
      const event = await objects.get(key);
      if (event !== undefined) await objects.delete(key, event);
    }
  }

  const { found, revision } = await objects.range({ prefix });
  const dated = found.map(({ key, object }) => ({ key, ms: lastChangeMs(object as Event) }));
  for (const { key, ms } of dated.toSorted((a, b) => a.ms - b.ms)) note(key, ms);
  objects.watch({
    prefix,
    fromRevision: revision,
    onChange({ before, after }) {
      const event = after?.() ?? before?.();
      if (event === undefined) return;
      const key = objectKey(kind, event.metadata);
      if (after === undefined) {
        writtenMs.delete(key);
        return;
      }
      note(key, clock.now());
      removeOld().catch((error: unknown) => log.debug("could not remove old events", { error: describeError(error) }));
    },
  });
}

function lastChangeMs(event: Event): number {
  return Date.parse(event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp);
}
