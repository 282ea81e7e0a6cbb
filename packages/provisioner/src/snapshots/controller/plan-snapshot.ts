import { isDeepStrictEqual } from "node:util";
import { annotations, finalizers, isTerminating, type VolumeSnapshot, type VolumeSnapshotContent } from "@ordinal/api";
import { keyOf } from "@ordinal/client";
import { planClass, planCreation } from "./plan-creation.ts";
import { contentNameOf, fail, hasFinalizer, type SnapshotStep, type SnapshotWorld } from "./snapshot-step.ts";
import { snapshotStatus } from "./snapshot-status.ts";

/** The next step towards what a snapshot asks for. Source: snapshot-controller `syncSnapshot`. */
export function planSnapshot(snapshot: VolumeSnapshot, world: SnapshotWorld): SnapshotStep {
  if (isTerminating(snapshot)) return planDeletion(snapshot, world);
  const { source, volumeSnapshotClassName } = snapshot.spec;
  const bound = snapshot.status?.boundVolumeSnapshotContentName;
  if (snapshot.status?.readyToUse === true && bound !== undefined) return planReady(snapshot, world.content(bound));
  if (source.volumeSnapshotContentName === undefined && volumeSnapshotClassName === undefined)
    return planClass(snapshot, world);
  const found = contentFor(snapshot, world);
  if ("do" in found) return found;
  return planFinalizers(snapshot, found.content) ?? planUnready(snapshot, { world, content: found.content });
}

/** Source: `syncReadySnapshot`. */
function planReady(snapshot: VolumeSnapshot, content: VolumeSnapshotContent | undefined): SnapshotStep {
  if (content === undefined) return fail("SnapshotContentMissing", "VolumeSnapshotContent is missing");
  if (!pointsBack(snapshot, content))
    return fail("SnapshotMisbound", "VolumeSnapshotContent is not bound to the VolumeSnapshot correctly");
  return planFinalizers(snapshot, content) ?? { do: "nothing" };
}

/** The content a snapshot is to be bound to, if it is there, or why it cannot be that one. */
function contentFor(
  snapshot: VolumeSnapshot,
  world: SnapshotWorld,
): SnapshotStep | { readonly content: VolumeSnapshotContent | undefined } {
  const { volumeSnapshotContentName } = snapshot.spec.source;
  const name = volumeSnapshotContentName ?? contentNameOf(snapshot);
  const content = world.content(name);
  if (content === undefined) return { content };
  const isStatic = volumeSnapshotContentName !== undefined;
  if (isStatic && content.spec.source.snapshotHandle === undefined) {
    const message = "VolumeSnapshotContent is dynamically provisioned while expecting a pre-provisioned one";
    return fail("SnapshotContentMismatch", message);
  }
  if (!isStatic && content.spec.source.volumeHandle === undefined) {
    const message = `VolumeSnapshotContent ${name} is pre-provisioned while expecting a dynamically provisioned one`;
    return fail("SnapshotContentMismatch", message);
  }
  const { uid = "" } = content.spec.volumeSnapshotRef;
  if (pointsBack(snapshot, content) || (isStatic && uid === "" && isNamedBy(snapshot, content))) return { content };
  return fail("SnapshotContentMisbound", `VolumeSnapshotContent [${name}] is bound to a different snapshot`);
}

/** Source: `checkandAddSnapshotFinalizers`. */
function planFinalizers(
  snapshot: VolumeSnapshot,
  content: VolumeSnapshotContent | undefined,
): SnapshotStep | undefined {
  const wanted: string[] = [finalizers.snapshotAsSource];
  if (content?.spec.deletionPolicy === "Delete") wanted.push(finalizers.snapshotBound);
  const missing = wanted.filter((each) => !hasFinalizer(snapshot, each));
  if (missing.length === 0) return undefined;
  return { do: "setFinalizers", finalizers: [...(snapshot.metadata.finalizers ?? []), ...missing] };
}

interface Unready {
  readonly world: SnapshotWorld;
  readonly content: VolumeSnapshotContent | undefined;
}

/** Source: `syncUnreadySnapshot`. */
function planUnready(snapshot: VolumeSnapshot, { world, content }: Unready): SnapshotStep {
  if (content === undefined) {
    if (snapshot.spec.source.volumeSnapshotContentName === undefined) return planCreation(snapshot, world);
    return fail("SnapshotContentMissing", "VolumeSnapshotContent is missing");
  }
  const isBound = (content.spec.volumeSnapshotRef.uid ?? "") !== "";
  if (!isBound) return { do: "bindContent", content };
  const status = snapshotStatus(snapshot, content);
  if (isDeepStrictEqual(status, snapshot.status)) return { do: "nothing" };
  const consistency = content.metadata.annotations?.[annotations.snapshotConsistency];
  return { do: "writeStatus", status, ...(consistency === undefined ? {} : { consistency }) };
}

/** Source: `processSnapshotWithDeletionTimestamp`. */
function planDeletion(snapshot: VolumeSnapshot, world: SnapshotWorld): SnapshotStep {
  const own: readonly string[] = [finalizers.snapshotAsSource, finalizers.snapshotBound];
  const current = snapshot.metadata.finalizers ?? [];
  if (!current.some((each) => own.includes(each))) return { do: "nothing" };
  const content = ownContent(snapshot, world);
  if (content !== undefined && world.isBeingRestored(snapshot)) {
    return { do: "wait", reason: "SnapshotDeletePending", message: "Snapshot is being used to restore a PVC" };
  }
  if (content !== undefined && content.metadata.annotations?.[annotations.snapshotBeingDeleted] === undefined)
    return { do: "markContent", content };
  const goesAlong = content?.spec.deletionPolicy === "Delete";
  if (content !== undefined && goesAlong && !isTerminating(content)) return { do: "deleteContent", content };
  const removable = goesAlong ? [finalizers.snapshotAsSource] : own;
  const left = current.filter((each) => !removable.includes(each));
  return left.length === current.length ? { do: "nothing" } : { do: "setFinalizers", finalizers: left };
}

function ownContent(snapshot: VolumeSnapshot, world: SnapshotWorld): VolumeSnapshotContent | undefined {
  const isDynamic = snapshot.spec.source.persistentVolumeClaimName !== undefined;
  const name = snapshot.status?.boundVolumeSnapshotContentName ?? (isDynamic ? contentNameOf(snapshot) : undefined);
  const content = name === undefined ? undefined : world.content(name);
  return content !== undefined && pointsBack(snapshot, content) ? content : undefined;
}

/** Whether the content is bound to this very snapshot. */
export function pointsBack(snapshot: VolumeSnapshot, content: VolumeSnapshotContent): boolean {
  return content.spec.volumeSnapshotRef.uid === snapshot.metadata.uid && isNamedBy(snapshot, content);
}

function isNamedBy(snapshot: VolumeSnapshot, { spec }: VolumeSnapshotContent): boolean {
  const { name = "", namespace = "" } = spec.volumeSnapshotRef;
  return `${namespace}/${name}` === keyOf(snapshot);
}
