import type { KubeObject, OwnerReference } from "./types.ts";

/** The owner that manages this object, of which there is at most one. */
export function controllerOf(object: KubeObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find((owner) => owner.controller === true);
}

/** A controlling reference to `owner`, which blocks the owner's foreground deletion. Source: `metav1.NewControllerRef`. */
export function controllerReference(owner: KubeObject): OwnerReference {
  const { name, uid } = owner.metadata;
  return { apiVersion: owner.apiVersion, kind: owner.kind, name, uid, controller: true, blockOwnerDeletion: true };
}
