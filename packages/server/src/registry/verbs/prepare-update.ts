import { isDeepStrictEqual } from "node:util";
import type { Kind, KubeObject, Namespace } from "@ordinal/api";
import type { UpdateOptions } from "@ordinal/client";
import { mergeMetadata, type GivenObject } from "../metadata.ts";
import { omit } from "../omit.ts";
import { strategyOf } from "../strategy/strategies.ts";

/** An update as it was asked for, and what it is about. */
export interface Update {
  readonly next: GivenObject;
  readonly current: KubeObject;
  readonly subresource: UpdateOptions["subresource"];
  /** Also the status, where an update would leave it as it is. */
  readonly withStatus?: boolean | undefined;
  readonly nowMs: number;
}

/** The object an update asks for, with everything that this kind of update may not change as it is. */
export function prepareUpdate(kind: Kind, update: Update): KubeObject {
  switch (update.subresource) {
    case "status":
      return withStatus(kind, update);
    case "finalize":
      return withSpecFinalizers(update);
    case undefined:
    default: {
      const wished = withWish(kind, update);
      return update.withStatus === true ? withStatus(kind, { ...update, current: wished }) : wished;
    }
  }
}

type WithStatus = KubeObject & { readonly status?: unknown };

/** Status and metadata, but not the owners. */
function withStatus(kind: Kind, { next, current, nowMs }: Update): KubeObject {
  const { ownerReferences } = current.metadata;
  const metadata = {
    ...omit(mergeMetadata(next.metadata, current.metadata), ["ownerReferences"]),
    ...(ownerReferences === undefined ? {} : { ownerReferences }),
  };
  const written = { ...omit<WithStatus, "status">(current, ["status"]), ...statusOf(next), metadata };
  return strategyOf(kind.plural).onStatusUpdate(written, current, nowMs);
}

function withSpecFinalizers({ next, current }: Update): KubeObject {
  const { finalizers } = (next as Partial<Namespace>).spec ?? {};
  const spec = finalizers === undefined ? {} : { finalizers };
  return { ...current, metadata: mergeMetadata(next.metadata, current.metadata), spec } as Namespace;
}

/** Everything but the status. The generation rises when anything but metadata changes. */
function withWish(kind: Kind, { next, current }: Update): KubeObject {
  const strategy = strategyOf(kind.plural);
  const metadata = mergeMetadata(next.metadata, current.metadata);
  const wish = strategy.hasStatus ? { ...wishOf(next), ...statusOf(current) } : omit(next, ["metadata"]);
  const { apiVersion, kind: kindName } = next;
  const written = strategy.onUpdate({ ...wish, apiVersion, kind: kindName, metadata }, current);
  const { generation } = current.metadata;
  if (generation === undefined || isDeepStrictEqual(wishOf(written), wishOf(current))) return written;
  return { ...written, metadata: { ...metadata, generation: generation + 1 } };
}

function wishOf(object: GivenObject): object {
  return omit<GivenObject & { readonly status?: unknown }, "metadata" | "status">(object, ["metadata", "status"]);
}

function statusOf(object: object): { readonly status?: unknown } {
  return "status" in object ? { status: object.status } : {};
}
