import { isApiError, wellKnown, type Event, type KubeObject } from "@ordinal/api";
import { describeError, timestamp, type Clock, type Logger } from "@ordinal/runtime";
import type { Client } from "./client.ts";

/** Something that happened to an object, as `kubectl describe` shows it. */
export interface Happening {
  readonly type: "Normal" | "Warning";
  /** CamelCase, upstream's word where there is one: `SuccessfulCreate`. */
  readonly reason: string;
  readonly message: string;
}

/** Writes events, a moment after they happened. Never fails and never waits: an event that cannot be written is logged. */
export interface EventRecorder {
  record(regarding: KubeObject, happening: Happening): void;
}

export interface EventRecorderOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
  /** The `From` column: `statefulset-controller`, `kubelet`. */
  readonly component: string;
}

/** The same event again within this time raises the count of the first one. Source: client-go `record` correlator. */
const foldMs = 10 * 60_000;
const rememberedEvents = 4096;

/** Events wait so long, so that what they tell of goes on meanwhile and does not wait for them on its way to the disk. */
const behindMs = 50;

/** A recorder that folds repeats of one event into one object with a count. */
export function createEventRecorder({ client, clock, log, component }: EventRecorderOptions): EventRecorder {
  const recent = new Map<string, Promise<Event | undefined>>();
  /** The write before the next: one at a time, so that a storm of events leaves room for what they tell of. */
  let last: Promise<unknown> = Promise.resolve();

  async function writeInTurn(
    regarding: KubeObject,
    happening: Happening,
    earlier: Promise<Event | undefined> | undefined,
  ): Promise<Event | undefined> {
    const atMs = clock.now();
    await clock.sleep(behindMs);
    const written = last.then(async () => await write(regarding, { ...happening, atMs }, await earlier));
    last = written;
    return await written;
  }

  async function write(
    regarding: KubeObject,
    happening: Happening & { readonly atMs: number },
    first: Event | undefined,
  ): Promise<Event | undefined> {
    try {
      const isRecent = first !== undefined && happening.atMs - Date.parse(first.lastTimestamp ?? "") < foldMs;
      return (isRecent ? await raise(first, happening.atMs) : undefined) ?? (await create(regarding, happening));
    } catch (error) {
      const isGoing = isApiError(error, "Forbidden", "NotFound");
      log[isGoing ? "debug" : "warn"](`could not write event ${happening.reason}`, { error: describeError(error) });
      return undefined;
    }
  }

  /** Undefined when the event was deleted meanwhile. */
  async function raise(first: Event, atMs: number): Promise<Event | undefined> {
    const body = { count: (first.count ?? 1) + 1, lastTimestamp: timestamp(atMs) };
    const at = { namespace: first.metadata.namespace ?? wellKnown.defaultNamespace, name: first.metadata.name };
    return await client.patch("events", at, { type: "merge", body }).catch((error: unknown) => {
      if (isApiError(error, "NotFound")) return undefined;
      throw error;
    });
  }

  async function create(
    regarding: KubeObject,
    { atMs, ...happening }: Happening & { readonly atMs: number },
  ): Promise<Event> {
    const { name, namespace = wellKnown.defaultNamespace, uid, resourceVersion } = regarding.metadata;
    const at = timestamp(atMs);
    return await client.create("events", {
      metadata: { name: `${name}.${uniqueSuffix()}`, namespace },
      involvedObject: {
        apiVersion: regarding.apiVersion,
        kind: regarding.kind,
        name,
        ...(regarding.metadata.namespace === undefined ? {} : { namespace }),
        uid,
        resourceVersion,
      },
      ...happening,
      source: { component },
      reportingComponent: component,
      reportingInstance: "",
      firstTimestamp: at,
      lastTimestamp: at,
      count: 1,
    });
  }

  return {
    record(regarding, happening) {
      const key = [regarding.metadata.uid, happening.type, happening.reason, happening.message].join("\n");
      const written = writeInTurn(regarding, happening, recent.get(key));
      recent.delete(key);
      recent.set(key, written);
      const oldest = recent.size > rememberedEvents ? recent.keys().next().value : undefined;
      if (oldest !== undefined) recent.delete(oldest);
    },
  };
}

/** Sixteen hexadecimal digits, as upstream appends them to the name of the object. */
function uniqueSuffix(): string {
  return crypto.randomUUID().replaceAll("-", "").slice(0, 16);
}
