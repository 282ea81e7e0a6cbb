import type { Kind } from "@ordinal/api";
import type { Ref } from "@ordinal/client";

/** Where an object is stored: `/pods/default/web-0`, `/namespaces//default`. */
export function objectKey(kind: Pick<Kind, "plural">, { namespace = "", name }: Ref): string {
  return `/${kind.plural}/${namespace}/${name}`;
}

/** The start of the keys of a kind, or of those in one namespace. */
export function keyPrefix(kind: Pick<Kind, "plural">, namespace?: string): string {
  return namespace === undefined ? `/${kind.plural}/` : `/${kind.plural}/${namespace}/`;
}
