import { annotations, kindOf, type PersistentVolumeClaim, type StorageClass } from "@ordinal/api";
import { keyPrefix } from "../object-key.ts";
import type { ObjectStore } from "../object-store.ts";

/** Before storageClassName there was an annotation, and it still counts. */
const oldAnnotation = "volume.beta.kubernetes.io/storage-class";

/**
 * Gives a claim that names no class the default one; of several the newest, then the first by name.
 * Source: upstream admission plugin DefaultStorageClass.
 */
export async function withDefaultClass(
  objects: ObjectStore,
  claim: PersistentVolumeClaim,
): Promise<PersistentVolumeClaim> {
  const isNamed =
    claim.spec?.storageClassName !== undefined || claim.metadata.annotations?.[oldAnnotation] !== undefined;
  if (isNamed) return claim;
  const { found } = await objects.range({ prefix: keyPrefix(kindOf("storageclasses")) });
  const storageClassName = defaultClass(found.map(({ object }) => object as StorageClass))?.metadata.name;
  return storageClassName === undefined ? claim : { ...claim, spec: { ...claim.spec, storageClassName } };
}

/** The class a claim without one gets, if any. */
function defaultClass(classes: readonly StorageClass[]): StorageClass | undefined {
  return classes
    .filter(({ metadata }) => metadata.annotations?.[annotations.defaultStorageClass] === "true")
    .toSorted(
      (a, b) =>
        b.metadata.creationTimestamp.localeCompare(a.metadata.creationTimestamp) ||
        a.metadata.name.localeCompare(b.metadata.name),
    )
    .at(0);
}
