import { isApiError, type ObjectOf, type ResourceName } from "@ordinal/api";
import { backoffDelay, describeError, type Clock, type Logger, type Stoppable } from "@ordinal/runtime";
import { keyOf, type Client, type List, type ListOptions } from "./client.ts";

/** What changed: `before` is absent for an addition, `after` for a removal. */
export interface Change<T> {
  readonly before?: T;
  readonly after?: T;
}

export interface InformerOptions<T> {
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
  /** Which objects; all by default. */
  readonly where?: Pick<ListOptions, "namespace" | "labelSelector" | "fieldSelector">;
  /** Named lookups beside the key, kept up to date: from an object to the values it is found under. */
  readonly indexes?: Readonly<Record<string, (object: T) => readonly string[]>>;
  /**
   * Objects that a list brings with one answer, as `limit` of the API. All by default; give it where answers come as text from
   * another process, which then need not be held whole by either side.
   */
  readonly pageSize?: number;
}

/** A local copy of one resource that follows the API server, across restarts of either side. */
export interface Informer<T> extends Stoppable {
  /** Resolves when the first list is in. */
  readonly synced: Promise<void>;
  hasSynced(): boolean;
  /** The highest revision whose changes are all in this copy. */
  revision(): number;
  /** Key as `keyOf` makes it. */
  get(key: string): T | undefined;
  list(): readonly T[];
  /** The objects an index of that name files under this value. */
  by(index: string, value: string): readonly T[];
  /** Called after each change is in the copy. Give it work to enqueue, not to do. Returns how to end it. */
  onChange(listener: (change: Change<T>) => void): () => void;
  /** Called whenever `revision()` rises, after the listeners of its changes. */
  onRevision(listener: (revision: number) => void): () => void;
}

/** Lists and watches; relists after 410 and after losing the server, and then reports only real differences. */
export function startInformer<R extends ResourceName>(
  resource: R,
  options: InformerOptions<ObjectOf<R>>,
): Informer<ObjectOf<R>> {
  type T = ObjectOf<R>;
  const { client, clock, log, where = {}, indexes = {}, pageSize } = options;
  const objects = new Map<string, T>();
  const filed = new Map(Object.keys(indexes).map((name) => [name, new Map<string, Map<string, T>>()]));
  const changeListeners = new Set<(change: Change<T>) => void>();
  const revisionListeners = new Set<(revision: number) => void>();
  const ending = new AbortController();
  const firstSync = Promise.withResolvers<void>();
  let isSynced = false;
  let revision = 0;

  function put(after: T): void {
    const key = keyOf(after);
    const before = objects.get(key);
    if (before?.metadata.resourceVersion === after.metadata.resourceVersion) return;
    if (before !== undefined) unfile(key, before);
    objects.set(key, after);
    file(key, after);
    tell(before === undefined ? { after } : { before, after });
  }

  function remove(key: string): void {
    const before = objects.get(key);
    if (before === undefined) return;
    objects.delete(key);
    unfile(key, before);
    tell({ before });
  }

  function tell(change: Change<T>): void {
    for (const listener of changeListeners) listener(change);
  }

  function file(key: string, object: T): void {
    for (const [name, values] of filed) {
      for (const value of indexes[name]?.(object) ?? []) {
        const bucket = values.get(value) ?? new Map<string, T>();
        bucket.set(key, object);
        values.set(value, bucket);
      }
    }
  }

  function unfile(key: string, object: T): void {
    for (const [name, values] of filed) {
      for (const value of indexes[name]?.(object) ?? []) {
        const bucket = values.get(value);
        bucket?.delete(key);
        if (bucket?.size === 0) values.delete(value);
      }
    }
  }

  function reach(next: number): void {
    if (next <= revision) return;
    revision = next;
    for (const listener of revisionListeners) listener(next);
  }

  async function relist(): Promise<void> {
    try {
      await listBy(pageSize);
    } catch (error) {
      // Its first page may have become too old for the next one. Source: client-go `tools/pager`.
      if (pageSize === undefined || !isApiError(error, "Expired")) throw error;
      await listBy(undefined);
    }
    isSynced = true;
    firstSync.resolve();
  }

  async function listBy(limit: number | undefined): Promise<void> {
    const present = new Set<string>();
    const found: T[] = [];
    let listed = 0;
    for await (const page of pagesOf(client, resource, { ...where, ...(limit === undefined ? {} : { limit }) })) {
      listed = page.revision;
      for (const object of page.items) {
        present.add(keyOf(object));
        // Who takes the copy for whole gets all differences at once.
        if (isSynced) found.push(object);
        else put(object);
      }
    }
    for (const key of [...objects.keys()].filter((each) => !present.has(each))) remove(key);
    for (const object of found) put(object);
    // A server whose data was replaced counts from the start again.
    revision = Math.min(revision, listed);
    reach(listed);
  }

  async function follow(): Promise<void> {
    const watching = client.watch(resource, { ...where, fromRevision: revision, signal: ending.signal });
    for await (const event of watching) {
      if (event.type === "DELETED") remove(keyOf(event.object));
      else if (event.type !== "BOOKMARK") put(event.object);
      reach(event.revision);
    }
  }

  async function run(): Promise<void> {
    let failures = 0;
    let mustList = true;
    while (!ending.signal.aborted) {
      try {
        if (mustList) await relist();
        mustList = false;
        failures = 0;
        await follow();
      } catch (error) {
        if (ending.signal.aborted) return;
        mustList = true;
        if (isApiError(error, "Expired")) continue;
        failures += 1;
        log.debug(`informer of ${resource}: lost the API server, trying again`, { error: describeError(error) });
        await clock.sleep(backoffDelay(failures, { baseMs: 20, capMs: 1_000 }), ending.signal).catch(() => {});
      }
    }
  }

  const finished = run();
  return {
    synced: firstSync.promise,
    hasSynced: () => isSynced,
    revision: () => revision,
    get: (key) => objects.get(key),
    list: () => [...objects.values()],
    by: (index, value) => [...(filed.get(index)?.get(value)?.values() ?? [])],
    onChange(listener) {
      changeListeners.add(listener);
      return () => changeListeners.delete(listener);
    },
    onRevision(listener) {
      revisionListeners.add(listener);
      return () => revisionListeners.delete(listener);
    },
    async stop() {
      ending.abort();
      await finished;
    },
  };
}

/** All objects as they were at one revision, in as many answers as it takes. Throws ApiError Expired where that is no longer kept. */
async function* pagesOf<R extends ResourceName>(
  client: Client,
  resource: R,
  options: ListOptions,
): AsyncGenerator<List<ObjectOf<R>>> {
  let page = await client.list(resource, options);
  yield page;
  while (page.continueToken !== undefined) {
    page = await client.list(resource, { ...options, continueToken: page.continueToken });
    yield page;
  }
}
