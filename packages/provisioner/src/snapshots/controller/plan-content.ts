import { annotations, finalizers, isTerminating, type VolumeSnapshotContent } from "@ordinal/api";

export type ContentStep =
  | { readonly do: "nothing" }
  | { readonly do: "setFinalizers"; readonly finalizers: readonly string[] }
  /** Makes the snapshot of this volume. */
  | { readonly do: "take"; readonly volumeHandle: string }
  /** Looks whether the snapshot is there. */
  | { readonly do: "check"; readonly snapshotHandle: string }
  /** Removes the bytes, whatever there is of them. */
  | { readonly do: "removeBytes" };

/**
 * The next step for a content. Contents of foreign drivers get their finalizer and nothing else.
 * Source: snapshot-controller `syncContent`, csi-snapshotter `syncContent`.
 */
export function planContent(content: VolumeSnapshotContent, { isOurs }: { readonly isOurs: boolean }): ContentStep {
  const { source, volumeSnapshotRef, deletionPolicy } = content.spec;
  const isBound = (volumeSnapshotRef.uid ?? "") !== "";
  const current = content.metadata.finalizers ?? [];
  const isProtected = current.includes(finalizers.contentProtection);
  if (!isTerminating(content)) {
    if (isBound && !isProtected) return { do: "setFinalizers", finalizers: [...current, finalizers.contentProtection] };
    if (!isOurs || content.status?.readyToUse === true) return { do: "nothing" };
    if (source.snapshotHandle !== undefined) return { do: "check", snapshotHandle: source.snapshotHandle };
    if (source.volumeHandle === undefined || isBeingDeleted(content)) return { do: "nothing" };
    return { do: "take", volumeHandle: source.volumeHandle };
  }
  const mayGo = isBeingDeleted(content) || (source.snapshotHandle !== undefined && !isBound);
  if (!isOurs || !mayGo || !isProtected) return { do: "nothing" };
  const hasBytes = source.volumeHandle !== undefined || content.status?.snapshotHandle !== undefined;
  if (deletionPolicy === "Delete" && hasBytes && !areBytesRemoved(content)) return { do: "removeBytes" };
  return { do: "setFinalizers", finalizers: current.filter((each) => each !== finalizers.contentProtection) };
}

/** Whether the snapshot this stands for is being deleted, so that its deletion policy applies. */
export function isBeingDeleted({ metadata }: VolumeSnapshotContent): boolean {
  return metadata.annotations?.[annotations.snapshotBeingDeleted] !== undefined;
}

/** The status without a handle says so, once it is written. Source: csi-snapshotter `clearVolumeContentStatus`. */
function areBytesRemoved({ status }: VolumeSnapshotContent): boolean {
  return status !== undefined && status.snapshotHandle === undefined && status.readyToUse === undefined;
}
