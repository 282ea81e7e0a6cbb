import { apiVersionOf, kindOf, type ObjectOf, type ResourceName } from "@ordinal/api";
import type { DeleteOptions, List, Ref } from "../client.ts";

/** A list as it is on the wire. Source: apimachinery `meta/v1` ListMeta. */
export interface WireList<T> {
  readonly metadata: {
    readonly resourceVersion: string;
    readonly continue?: string;
    readonly remainingItemCount?: number;
  };
  /** Go writes an empty list as null. */
  readonly items?: readonly T[] | null;
}

/** Reads a list. */
export function readList<R extends ResourceName>(resource: R, wire: WireList<ObjectOf<R>>): List<ObjectOf<R>> {
  const { resourceVersion, continue: continueToken, remainingItemCount } = wire.metadata;
  return {
    items: (wire.items ?? []).map((item) => withKind(resource, item)),
    revision: Number(resourceVersion),
    ...(continueToken === undefined || continueToken === "" ? {} : { continueToken }),
    ...(remainingItemCount === undefined ? {} : { remaining: remainingItemCount }),
  };
}

/** Adds apiVersion and kind where they are missing: drafts may leave them out, and so do the items of upstream's lists. */
export function withKind<T extends object>(resource: ResourceName, object: T): T {
  const kind = kindOf(resource);
  return { apiVersion: apiVersionOf(kind), kind: kind.kind, ...object };
}

/** The body of a deletion. Source: apimachinery `meta/v1` DeleteOptions. */
export function wireDeleteOptions(options: DeleteOptions): object {
  const { gracePeriodSeconds, propagation, preconditions } = options;
  return {
    apiVersion: "v1",
    kind: "DeleteOptions",
    ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
    ...(propagation === undefined ? {} : { propagationPolicy: propagation }),
    ...(preconditions === undefined ? {} : { preconditions }),
  };
}

/**
 * What a deletion left. An API server that answers with a bare Status, as upstream does for most kinds once the object
 * is gone, tells only its uid; then name, namespace and uid are all there is.
 */
export function readDeleted<R extends ResourceName>(resource: R, at: Ref, answer: unknown): ObjectOf<R> {
  const { kind, details } = answer as { readonly kind?: string; readonly details?: { readonly uid?: string } };
  if (kind !== "Status") return withKind(resource, answer as ObjectOf<R>);
  const metadata = { ...at, uid: details?.uid ?? "", resourceVersion: "", creationTimestamp: "" };
  return withKind(resource, { metadata }) as ObjectOf<R>;
}
