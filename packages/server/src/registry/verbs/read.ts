import type { Kind, KubeObject } from "@ordinal/api";
import type { List, ListOptions, Ref } from "@ordinal/client";
import { fromToken, toToken } from "../continue-token.ts";
import { notFound } from "../failures.ts";
import { matcherOf, requiredField, type Where } from "../field-selectors.ts";
import { keyPrefix, objectKey } from "../object-key.ts";
import { orExpired, type ObjectStore } from "../object-store.ts";

/** The object at this place; throws ApiError NotFound. */
export async function getObject(objects: ObjectStore, kind: Kind, at: Ref): Promise<KubeObject> {
  const object = await objects.get(objectKey(kind, at));
  if (object === undefined) throw notFound(kind, at.name);
  return object;
}

/** The objects that match, in the order of namespace and name. Costs what the kind has in that namespace, no more. */
export async function listObjects(objects: ObjectStore, kind: Kind, options: ListOptions): Promise<List<KubeObject>> {
  const isMatch = matcherOf(kind, options);
  const isSelective = (options.labelSelector?.length ?? 0) + (options.fieldSelector?.length ?? 0) > 0;
  const limit = options.limit === undefined || options.limit <= 0 ? Infinity : options.limit;
  const from = options.continueToken === undefined ? undefined : fromToken(options.continueToken);

  const items: KubeObject[] = [];
  let page: { readonly revision?: number; readonly after?: string } = from ?? {};
  for (;;) {
    const wanted = limit - items.length;
    const range = await orExpired(
      () =>
        objects.range({ prefix: scopeOf(kind, options), ...page, ...(wanted === Infinity ? {} : { limit: wanted }) }),
      () =>
        "The provided continue parameter is too old to display a consistent list result. You must start a new list without the continue parameter.",
    );
    items.push(...range.found.map(({ object }) => object).filter(isMatch));
    const { revision, remaining } = range;
    const last = range.found.at(-1);
    if (remaining === 0 || last === undefined) return { items, revision };
    page = { revision, after: last.key };
    if (items.length < limit) continue;
    // How many of the rest match a selector is not known without reading them.
    const count = isSelective ? {} : { remaining };
    return { items, revision, continueToken: toToken({ revision, after: last.key }), ...count };
  }
}

/** The list of the object at one place as it was at a revision; throws ApiError Expired when that is no longer kept. */
export async function listOneAt(
  objects: ObjectStore,
  kind: Kind,
  { at, revision }: { readonly at: Ref; readonly revision: number },
): Promise<List<KubeObject>> {
  const key = objectKey(kind, at);
  const { found } = await orExpired(
    () => objects.range({ prefix: key, revision }),
    ({ message }) => message,
  );
  return { items: found.filter((each) => each.key === key).map(({ object }) => object), revision };
}

/** The narrowest run of keys that holds everything that can match. */
export function scopeOf(kind: Kind, { namespace, fieldSelector }: Where): string {
  const inNamespace = kind.namespaced ? (namespace ?? requiredField(fieldSelector, "metadata.namespace")) : "";
  const name = inNamespace === undefined ? undefined : requiredField(fieldSelector, "metadata.name");
  return `${keyPrefix(kind, inNamespace)}${name ?? ""}`;
}
