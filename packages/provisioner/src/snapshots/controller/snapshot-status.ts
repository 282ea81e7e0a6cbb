import { timestamp } from "@ordinal/runtime";
import type { VolumeSnapshot, VolumeSnapshotContent } from "@ordinal/api";

/** What a snapshot tells of the content it is bound to. Source: snapshot-controller `updateSnapshotStatus`. */
export function snapshotStatus(
  snapshot: VolumeSnapshot,
  content: VolumeSnapshotContent,
): NonNullable<VolumeSnapshot["status"]> {
  const { error: _, ...before } = snapshot.status ?? {};
  const { creationTime, restoreSize, readyToUse = false, error } = content.status ?? {};
  return {
    ...(creationTime === undefined ? {} : { creationTime: timestamp(creationTime / 1_000_000) }),
    ...(restoreSize === undefined ? {} : { restoreSize: binaryQuantity(restoreSize) }),
    boundVolumeSnapshotContentName: content.metadata.name,
    ...before,
    readyToUse,
    ...(error === undefined ? {} : { error }),
  };
}

/** So many bytes in the largest unit of 1024s that loses nothing: `1Gi`. Source: apimachinery `resource.BinarySI`. */
function binaryQuantity(bytes: number): string {
  const units = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
  let [count, unit] = [bytes, 0];
  for (; count !== 0 && count % 1024 === 0 && unit < units.length - 1; unit += 1) count /= 1024;
  return `${count}${units[unit] ?? ""}`;
}
