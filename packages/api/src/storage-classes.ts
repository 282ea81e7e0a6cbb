import { annotations } from "./names.ts";
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from "./types.ts";

/** Before storageClassName there was an annotation, and it still counts, and first. */
const oldAnnotation = "volume.beta.kubernetes.io/storage-class";

/** The class a claim or a volume names; `""` where it names none. Source: `GetPersistentVolumeClaimClass`. */
export function classNameOf(object: PersistentVolume | PersistentVolumeClaim): string {
  return object.metadata.annotations?.[oldAnnotation] ?? object.spec.storageClassName ?? "";
}

/** Whether a claim says which class it wants, be it `""`; one that does not gets the default class. Source: `PersistentVolumeClaimHasClass`. */
export function namesClass({ metadata, spec }: PersistentVolumeClaim): boolean {
  return spec?.storageClassName !== undefined || metadata.annotations?.[oldAnnotation] !== undefined;
}

export function isDefaultClass({ metadata }: StorageClass): boolean {
  const marks = [annotations.defaultStorageClass, "storageclass.beta.kubernetes.io/is-default-class"];
  return marks.some((mark) => metadata.annotations?.[mark] === "true");
}

/** The class a claim without one gets, if any: of several the newest, then the first by name. Source: `GetDefaultClass`. */
export function defaultClassOf(classes: readonly StorageClass[]): StorageClass | undefined {
  return classes
    .filter(isDefaultClass)
    .toSorted(
      (a, b) =>
        b.metadata.creationTimestamp.localeCompare(a.metadata.creationTimestamp) ||
        a.metadata.name.localeCompare(b.metadata.name),
    )
    .at(0);
}
