import type { Stoppable } from "@ordinal/runtime";
import type { Database } from "./database.ts";
import type { EventRing } from "./event-ring.ts";
import { StoreClosedError, writeFailure } from "./storage-error.ts";
import type { Entry, StoreEvent, WriteCondition, WriteOutcome } from "./store.ts";

export interface WriterOptions {
  readonly dir: string;
  readonly database: Database;
  readonly ring: EventRing;
  /** Called for each change once it is on disk, in revision order. */
  readonly onDurable: (event: StoreEvent) => void;
}

/** Decides writes one after the other in memory, and puts what has gathered meanwhile on disk together. */
export interface Writer extends Stoppable {
  /** The newest revision that is on disk. */
  revision(): number;
  /** Changes that are decided but not told yet, oldest first. */
  unpublished(): readonly StoreEvent[];
  /** Without a value the key is deleted. Resolves when the change is on disk. */
  write(
    change: { readonly key: string; readonly value?: string },
    condition: WriteCondition | undefined,
  ): Promise<WriteOutcome>;
}

/** Changes that go to disk in one transaction. */
interface Batch {
  readonly events: StoreEvent[];
  readonly settled: PromiseWithResolvers<void>;
}

export function createWriter({ dir, database, ring, onDurable }: WriterOptions): Writer {
  let revision = database.revision();
  let decided = revision;
  let gathering = newBatch();
  let inFlight: Batch | undefined;
  let isStopped = false;
  /** The keys with a decided change that is not on disk yet, each with the last such change and its batch. */
  const pending = new Map<string, { readonly event: StoreEvent; readonly batch: Batch }>();

  async function write(
    change: { readonly key: string; readonly value?: string },
    condition: WriteCondition | undefined,
  ): Promise<WriteOutcome> {
    if (isStopped) throw new StoreClosedError(dir);
    if (!database.fits(change.key)) throw new RangeError(`a key may not be that long: ${change.key.slice(0, 80)}…`);
    const before = newest(change.key);
    const holds = condition?.ifRevision === undefined || (before?.modRevision ?? 0) === condition.ifRevision;
    if (holds && (before !== undefined || change.value !== undefined)) {
      const event = decide(change, before);
      await gather(event);
      return { ok: true, revision: event.revision, ...(before === undefined ? {} : { previous: before }) };
    }
    // What stands in the way must be on disk before anybody is told of it.
    const obstacle = pending.get(change.key);
    if (obstacle !== undefined) {
      await obstacle.batch.settled.promise.catch(() => {});
      return await write(change, condition);
    }
    if (!holds) return before === undefined ? { ok: false } : { ok: false, current: before };
    return { ok: true, revision };
  }

  function newest(key: string): Entry | undefined {
    const change = pending.get(key);
    return change === undefined ? (ring.newest(key) ?? database.get(key)) : change.event.entry;
  }

  function decide(change: { readonly key: string; readonly value?: string }, previous: Entry | undefined): StoreEvent {
    const { key, value } = change;
    decided += 1;
    const before = previous === undefined ? {} : { previous };
    if (value === undefined) return { type: "delete", revision: decided, key, ...before };
    const createRevision = previous?.createRevision ?? decided;
    const entry = { key, value, createRevision, modRevision: decided };
    return { type: "put", revision: decided, key, entry, ...before };
  }

  async function gather(event: StoreEvent): Promise<void> {
    const batch = gathering;
    batch.events.push(event);
    pending.set(event.key, { event, batch });
    if (inFlight === undefined && batch.events.length === 1) queueMicrotask(send);
    await batch.settled.promise;
  }

  function send(): void {
    if (inFlight !== undefined || gathering.events.length === 0) return;
    const batch = gathering;
    inFlight = batch;
    gathering = newBatch();
    // Two changes of one key in a batch: the last one wins, as LMDB applies them in order.
    void database.commit(batch.events, batch.events.at(-1)?.revision ?? revision).then(
      () => land(batch),
      (error: unknown) => fail(batch, error),
    );
  }

  function land(batch: Batch): void {
    inFlight = undefined;
    for (const event of batch.events) {
      revision = event.revision;
      ring.push(event);
      if (pending.get(event.key)?.event === event) pending.delete(event.key);
    }
    for (const event of batch.events) onDurable(event);
    batch.settled.resolve();
    // Writers that go on now join the next batch: it is sent after their turn.
    setImmediate(send);
  }

  /** Everything decided on top of a change that failed fails too; the revisions are given again. */
  async function fail(batch: Batch, error: unknown): Promise<void> {
    const reason = await writeFailure(dir, error);
    const alsoLost = gathering;
    gathering = newBatch();
    inFlight = undefined;
    decided = revision;
    pending.clear();
    batch.settled.reject(reason);
    alsoLost.settled.reject(reason);
  }

  async function settle(): Promise<void> {
    const batch = inFlight ?? gathering;
    if (batch.events.length === 0) return;
    await batch.settled.promise.catch(() => {});
    await settle();
  }

  return {
    revision: () => revision,
    unpublished: () => [...(inFlight?.events ?? [])],
    write,
    async stop() {
      isStopped = true;
      await settle();
    },
  };
}

function newBatch(): Batch {
  const settled = Promise.withResolvers<void>();
  // Its writers hear of a failure; without any there is nobody to.
  settled.promise.catch(() => {});
  return { events: [], settled };
}
