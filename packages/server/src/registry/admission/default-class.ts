import { defaultClassOf, kindOf, namesClass, type PersistentVolumeClaim, type StorageClass } from "@ordinal/api";
import { keyPrefix } from "../object-key.ts";
import type { ObjectStore } from "../object-store.ts";

/** Gives a claim that names no class the default one. Source: upstream admission plugin DefaultStorageClass. */
export async function withDefaultClass(
  objects: ObjectStore,
  claim: PersistentVolumeClaim,
): Promise<PersistentVolumeClaim> {
  if (namesClass(claim)) return claim;
  const { found } = await objects.range({ prefix: keyPrefix(kindOf("storageclasses")) });
  const storageClassName = defaultClassOf(found.map(({ object }) => object as StorageClass))?.metadata.name;
  return storageClassName === undefined ? claim : { ...claim, spec: { ...claim.spec, storageClassName } };
}
