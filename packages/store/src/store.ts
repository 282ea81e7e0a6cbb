import type { Stoppable } from "@ordinal/runtime";

/** One stored value. Values are JSON text: the store knows nothing of Kubernetes. */
export interface Entry {
  readonly key: string;
  readonly value: string;
  /** The revision that created this key (a deleted and re-made key counts as new). */
  readonly createRevision: number;
  /** The revision of the last change to this key. */
  readonly modRevision: number;
}

/** One change, with what was there before it, so that a reader can step back in time. */
export interface StoreEvent {
  readonly type: "put" | "delete";
  readonly revision: number;
  readonly key: string;
  /** Present for `put`. */
  readonly entry?: Entry;
  readonly previous?: Entry;
}

export interface RangeOptions {
  /** Only keys that start with this. */
  readonly prefix: string;
  /** Only keys after this one. */
  readonly after?: string;
  readonly limit?: number;
  /** The state at this revision instead of the newest; fails with `CompactedError` when it is no longer kept. */
  readonly revision?: number;
}

export interface Range {
  readonly entries: readonly Entry[];
  readonly revision: number;
  /** How many more keys lie behind the limit. */
  readonly remaining: number;
}

/** A write happens only while the key is at this revision; 0 means: only while the key is absent. */
export interface WriteCondition {
  readonly ifRevision?: number;
}

export type WriteOutcome =
  | { readonly ok: true; readonly revision: number; readonly previous?: Entry }
  /** The condition did not hold; `current` is what is there, if anything. */
  | { readonly ok: false; readonly current?: Entry };

/**
 * etcd's model on one machine: one revision counter over all keys, compare-and-swap, ranges at a revision and watches
 * from a revision. A write that resolved is on disk. Events arrive in revision order, each exactly once.
 */
export interface Store extends Stoppable {
  /** The newest revision. */
  revision(): number;
  get(key: string): Promise<Entry | undefined>;
  range(options: RangeOptions): Promise<Range>;
  put(key: string, value: string, condition?: WriteCondition): Promise<WriteOutcome>;
  delete(key: string, condition?: WriteCondition): Promise<WriteOutcome>;
  /**
   * Calls back for every change to keys under `prefix` after `fromRevision`, kept ones first, then as they happen.
   * Throws `CompactedError` when changes after `fromRevision` are no longer kept. Returns how to end the watch.
   */
  watch(watch: {
    readonly prefix: string;
    readonly fromRevision: number;
    readonly onEvent: (event: StoreEvent) => void;
  }): () => void;
}

/** The asked revision is no longer kept; the API answers 410 Expired. */
export class CompactedError extends Error {
  override readonly name = "CompactedError";
  /** The oldest revision that can still be asked for. */
  readonly oldest: number;

  constructor(asked: number, oldest: number) {
    super(`revision ${asked} is no longer kept; the oldest is ${oldest}`);
    this.oldest = oldest;
  }
}
