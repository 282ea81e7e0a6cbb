import { ApiError, kindOf, qualifiedResource, type Kind, type KubeObject } from "@ordinal/api";
import { forbidden, notFound } from "../failures.ts";
import { objectKey } from "../object-key.ts";
import type { ObjectStore } from "../object-store.ts";

const immortal: readonly string[] = ["default", "kube-system", "kube-public"];

/** Nothing is created in a namespace that is missing or going. Source: upstream admission plugin NamespaceLifecycle. */
export async function checkNamespace(objects: ObjectStore, kind: Kind, object: KubeObject): Promise<void> {
  const namespaces = kindOf("namespaces");
  const name = object.metadata.namespace ?? "";
  const namespace = await objects.get(objectKey(namespaces, { name }));
  if (namespace === undefined) throw notFound(namespaces, name);
  if (namespace.metadata.deletionTimestamp !== undefined) throw goingAway(kind, object, name);
}

/** Some namespaces cannot be deleted. */
export function checkNamespaceDelete(kind: Kind, name: string): void {
  if (immortal.includes(name)) throw forbidden(kind, name, "this namespace may not be deleted");
}

function goingAway(kind: Kind, object: KubeObject, namespace: string): ApiError {
  const { name } = object.metadata;
  const message =
    `${qualifiedResource(kind)} "${name}" is forbidden: ` +
    `unable to create new content in namespace ${namespace} because it is being terminated`;
  const cause = {
    reason: "NamespaceTerminating",
    message: `namespace ${namespace} is being terminated`,
    field: "metadata.namespace",
  };
  return new ApiError("Forbidden", message, { details: { name, kind: kind.plural, causes: [cause] } });
}
