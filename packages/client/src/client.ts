import type { Draft, ObjectOf, ResourceName, Selector } from "@ordinal/api";

/** Where an object is. `namespace` is left out for cluster-scoped kinds. */
export interface Ref {
  readonly namespace?: string;
  readonly name: string;
}

export interface ListOptions {
  /** Left out: all namespaces. */
  readonly namespace?: string;
  readonly labelSelector?: Selector;
  /** Fields: `metadata.name`, `metadata.namespace`, `spec.nodeName`, `status.phase`, `involvedObject.*`, … */
  readonly fieldSelector?: Selector;
  /** At most this many items; the rest is reached through `continueToken`. */
  readonly limit?: number;
  readonly continueToken?: string;
}

export interface List<T> {
  readonly items: readonly T[];
  /** The revision this list is true at; watching from it loses nothing. */
  readonly revision: number;
  readonly continueToken?: string;
  readonly remaining?: number;
}

export interface WatchOptions extends Omit<ListOptions, "limit" | "continueToken"> {
  /** Events after this revision. Left out: first an ADDED for everything that exists, then what changes. */
  readonly fromRevision?: number;
  readonly signal: AbortSignal;
}

/** One change. Objects that stop matching a selector arrive as DELETED, newly matching ones as ADDED. */
export interface WatchEvent<T> {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK";
  readonly object: T;
  /** The store revision of the change; for DELETED that of the deletion. */
  readonly revision: number;
}

export interface WriteOptions {
  /** Do everything but store it. */
  readonly dryRun?: boolean;
  /**
   * What to do about unknown or duplicate fields: refuse, drop with a warning, or drop (the default, as in the API).
   * Values of a wrong type are refused under all three.
   */
  readonly fieldValidation?: "Strict" | "Warn" | "Ignore";
  /** Receives what the API wants to say beside its answer. */
  readonly onWarning?: (text: string) => void;
}

export interface UpdateOptions extends WriteOptions {
  /**
   * `status` writes only the status; without it the status in the body is ignored. `finalize` (namespaces) writes only
   * `spec.finalizers`, and a terminating namespace goes with its last one.
   */
  readonly subresource?: "status" | "finalize";
}

export interface CreateOptions extends WriteOptions {
  /** Writes the status in the body as well: in the same step where the API is in this process, in a second one over HTTPS. */
  readonly withStatus?: boolean;
}

export interface ReplaceOptions extends UpdateOptions, Pick<CreateOptions, "withStatus"> {}

export type PatchType = "json" | "merge" | "strategic";

export interface Patch extends UpdateOptions {
  readonly type: PatchType;
  /** An RFC 6902 array for `json`, an object otherwise. */
  readonly body: unknown;
}

export interface DeleteOptions extends WriteOptions {
  /** Left out: the kind's own default (a pod's terminationGracePeriodSeconds). */
  readonly gracePeriodSeconds?: number;
  readonly propagation?: "Foreground" | "Background" | "Orphan";
  /** Only if the object is still this one. */
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
}

/**
 * The one way components reach the API, in process or over HTTPS. Every failure is an `ApiError`:
 * NotFound, AlreadyExists, Conflict (a resourceVersion or precondition that no longer holds), Invalid,
 * Expired (a watch from a revision that is no longer kept), ServiceUnavailable (no answer; try again).
 */
export interface Client {
  get<R extends ResourceName>(resource: R, at: Ref): Promise<ObjectOf<R>>;
  list<R extends ResourceName>(resource: R, options?: ListOptions): Promise<List<ObjectOf<R>>>;
  /** Ends when the signal aborts; throws ApiError Expired when `fromRevision` is too old, ServiceUnavailable when cut off. */
  watch<R extends ResourceName>(resource: R, options: WatchOptions): AsyncIterable<WatchEvent<ObjectOf<R>>>;
  create<R extends ResourceName>(
    resource: R,
    object: Draft<ObjectOf<R>>,
    options?: CreateOptions,
  ): Promise<ObjectOf<R>>;
  /** Replaces the object; with metadata.resourceVersion set, only if it is still at that version. */
  update<R extends ResourceName>(resource: R, object: ObjectOf<R>, options?: ReplaceOptions): Promise<ObjectOf<R>>;
  patch<R extends ResourceName>(resource: R, at: Ref, patch: Patch): Promise<ObjectOf<R>>;
  /** Gives back the object as it is now: gone, or terminating with a deletionTimestamp. */
  delete<R extends ResourceName>(resource: R, at: Ref, options?: DeleteOptions): Promise<ObjectOf<R>>;
  /** Puts a pod on a node: the `pods/binding` subresource. */
  bind(pod: Ref, nodeName: string): Promise<void>;
}

/** Keys objects inside one kind: `namespace/name`, or `name` for cluster-scoped ones. */
export function keyOf(object: { readonly metadata: { readonly namespace?: string; readonly name: string } }): string {
  const { namespace, name } = object.metadata;
  return namespace === undefined || namespace === "" ? name : `${namespace}/${name}`;
}

/** The place a key names. */
export function refOf(key: string): Ref {
  const slash = key.indexOf("/");
  return slash < 0 ? { name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}
