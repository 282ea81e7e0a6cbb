import type { KubeObject, ObjectMeta } from "@ordinal/api";
import { omit } from "./omit.ts";

/** An object as a client sent it, decoded and defaulted: whatever the server writes may be missing. */
export interface GivenObject extends Omit<KubeObject, "metadata"> {
  readonly metadata: Partial<ObjectMeta>;
}

const serversOwn = [
  "uid",
  "resourceVersion",
  "generation",
  "creationTimestamp",
  "deletionTimestamp",
  "deletionGracePeriodSeconds",
] as const;

/** What a client may say about an object; nobody tracks managed fields. */
export function givenMetadata(metadata: Partial<ObjectMeta>): Partial<ObjectMeta> {
  return omit(metadata, [...serversOwn, "managedFields"]);
}

/** The metadata of an update: what only the server writes stays as it is. Source: apiserver `rest.BeforeUpdate`. */
export function mergeMetadata(given: Partial<ObjectMeta>, current: ObjectMeta): ObjectMeta {
  const kept = Object.fromEntries(serversOwn.filter((name) => name in current).map((name) => [name, current[name]]));
  const { name, uid, resourceVersion, creationTimestamp } = current;
  return { ...givenMetadata(given), ...kept, name, uid, resourceVersion, creationTimestamp };
}
