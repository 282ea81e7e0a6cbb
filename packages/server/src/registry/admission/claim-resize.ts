import { classNameOf, kindOf, quantityValue, type PersistentVolumeClaim, type StorageClass } from "@ordinal/api";
import { forbidden } from "../failures.ts";
import { objectKey } from "../object-key.ts";
import type { ObjectStore } from "../object-store.ts";

/**
 * Refuses a larger request of a claim that is not bound, or whose class does not allow it.
 * Source: upstream admission plugin PersistentVolumeClaimResize.
 */
export async function checkClaimResize(
  objects: ObjectStore,
  next: PersistentVolumeClaim,
  before: PersistentVolumeClaim,
): Promise<void> {
  if (sizeOf(next) <= sizeOf(before)) return;
  const kind = kindOf("persistentvolumeclaims");
  const { name } = before.metadata;
  if (before.status?.phase !== "Bound")
    throw forbidden(kind, name, "Only bound persistent volume claims can be expanded");
  if (await isAllowed(objects, next, before)) return;
  throw forbidden(
    kind,
    name,
    "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize",
  );
}

async function isAllowed(
  objects: ObjectStore,
  next: PersistentVolumeClaim,
  before: PersistentVolumeClaim,
): Promise<boolean> {
  const name = classNameOf(next);
  if (name === "" || name !== classNameOf(before)) return false;
  const found = await objects.get(objectKey(kindOf("storageclasses"), { name }));
  return (found as StorageClass | undefined)?.allowVolumeExpansion === true;
}

function sizeOf({ spec }: PersistentVolumeClaim): bigint {
  return quantityValue(spec.resources?.requests?.["storage"] ?? "0");
}
