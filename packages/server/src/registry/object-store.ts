import { ApiError, type KubeObject } from "@ordinal/api";
import {
  CompactedError,
  StorageError,
  StoreClosedError,
  type RangeOptions,
  type Store,
  type StoreEvent,
} from "@ordinal/store";
import { ParsedObjects, toStoredText } from "./parsed-objects.ts";

/** Objects in key order, each with its key. */
interface ObjectRange {
  readonly found: readonly { readonly key: string; readonly object: KubeObject }[];
  readonly revision: number;
  readonly remaining: number;
}

/** A change as watchers need it; objects are parsed when they are asked for. */
export interface ObjectChange {
  readonly revision: number;
  /** Absent when the object is gone. */
  readonly after?: () => KubeObject;
  readonly before?: () => KubeObject;
}

/** The store in terms of objects: their resourceVersion is the revision that wrote them. Hands out shared, frozen objects. */
export interface ObjectStore {
  revision(): number;
  get(key: string): Promise<KubeObject | undefined>;
  /** Throws CompactedError when the revision is no longer kept. */
  range(options: RangeOptions): Promise<ObjectRange>;
  /** Writes only if the key is still as `expected` (undefined: absent); otherwise undefined comes back. */
  put(key: string, object: KubeObject, expected: KubeObject | undefined): Promise<KubeObject | undefined>;
  /** Deletes only if the key still is as `expected`; says whether it did. */
  delete(key: string, expected: KubeObject): Promise<boolean>;
  /** Throws CompactedError when changes after `fromRevision` are no longer kept. */
  watch(watch: {
    readonly prefix: string;
    readonly fromRevision: number;
    readonly onChange: (change: ObjectChange) => void;
  }): () => void;
}

export function createObjectStore(store: Store): ObjectStore {
  const parsed = new ParsedObjects();

  return {
    revision: () => store.revision(),
    async get(key) {
      const entry = await asApiErrors(store.get(key));
      return entry === undefined ? undefined : parsed.of(entry);
    },
    async range(options) {
      const { entries, revision, remaining } = await asApiErrors(store.range(options));
      return { found: entries.map((entry) => ({ key: entry.key, object: parsed.of(entry) })), revision, remaining };
    },
    async put(key, object, expected) {
      const value = toStoredText(object);
      const outcome = await asApiErrors(store.put(key, value, { ifRevision: revisionOf(expected) }));
      if (!outcome.ok) return undefined;
      const { revision } = outcome;
      return parsed.of({
        key,
        value,
        createRevision: outcome.previous?.createRevision ?? revision,
        modRevision: revision,
      });
    },
    async delete(key, expected) {
      const outcome = await asApiErrors(store.delete(key, { ifRevision: revisionOf(expected) }));
      return outcome.ok;
    },
    watch({ prefix, fromRevision, onChange }) {
      try {
        return store.watch({ prefix, fromRevision, onEvent: (event) => onChange(toChange(event, parsed)) });
      } catch (error) {
        throw asApiError(error);
      }
    },
  };
}

function revisionOf(object: KubeObject | undefined): number {
  return Number(object?.metadata.resourceVersion ?? 0);
}

function toChange({ revision, entry, previous }: StoreEvent, parsed: ParsedObjects): ObjectChange {
  return {
    revision,
    ...(entry === undefined ? {} : { after: () => parsed.of(entry) }),
    ...(previous === undefined ? {} : { before: () => parsed.of(previous) }),
  };
}

async function asApiErrors<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw asApiError(error);
  }
}

/** The API's clients know one error class; a compacted revision is told apart by the caller. */
function asApiError(error: unknown): unknown {
  if (error instanceof StoreClosedError) return new ApiError("ServiceUnavailable", error.message, { cause: error });
  return error instanceof StorageError ? new ApiError("InternalError", error.message, { cause: error }) : error;
}

/** Runs `read`, and says `failure` instead when the revision it reads at is no longer kept. */
export async function orExpired<T>(read: () => T | Promise<T>, failure: (error: CompactedError) => string): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof CompactedError) throw new ApiError("Expired", failure(error), { cause: error });
    throw error;
  }
}
