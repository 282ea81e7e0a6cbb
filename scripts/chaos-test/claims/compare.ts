import {
  annotations,
  isTerminating,
  resizeStatusOf,
  wellKnown,
  type PersistentVolume,
  type PersistentVolumeClaim,
} from "@ordinal/api";
import { compareSpace } from "./compare-space.ts";
import type { Holder, KnownSnapshot, Ledger } from "./ledger.ts";
import { kindOfClass } from "./objects.ts";
import { pathOf } from "./paths.ts";
import type { World } from "./world.ts";

/**
 * What of a world that has come to rest cannot be, by what was acknowledged: one sentence each. Nothing that was acknowledged
 * may be missing or have other bytes, and nothing may be there that nobody names.
 */
export function compare(ledger: Ledger, world: World): readonly string[] {
  return [
    ...world.claims.flatMap((claim) => claimFaults(claim, ledger, world)),
    ...world.volumes.flatMap((volume) => volumeFaults(volume, ledger, world)),
    ...[...ledger.holders.values()].flatMap((holder) => holderFaults(holder, ledger, world)),
    ...[...ledger.snapshots.values()].flatMap((snapshot) => snapshotFaults(snapshot, world)),
    ...compareSpace(ledger, world),
  ];
}

function claimFaults(claim: PersistentVolumeClaim, { holders }: Ledger, world: World): readonly string[] {
  const { name } = claim.metadata;
  const holder = holders.get(name);
  if (holder === undefined) return [`claim ${name} is there, and nobody has asked for it`];
  if (isTerminating(claim)) return [`claim ${name} does not go`];
  if (claim.status?.phase === "Pending") return holder.claim === "bound" ? [`claim ${name} was bound and is not`] : [];
  const volume = volumeOf(world, name);
  if (claim.status?.phase !== "Bound") return [`claim ${name} is ${claim.status?.phase}`];
  if (volume === undefined || volume.metadata.name !== claim.spec.volumeName)
    return [`claim ${name} is bound to ${claim.spec.volumeName}, which is not there or not its own`];
  return sizeFaults(claim, volume, holder);
}

function sizeFaults(claim: PersistentVolumeClaim, volume: PersistentVolume, holder: Holder): readonly string[] {
  const { name } = claim.metadata;
  const [asked, status, capacity] = [
    claim.spec.resources?.requests?.["storage"],
    claim.status?.capacity?.["storage"],
    volume.spec.capacity?.["storage"],
  ].map((text) => Number.parseInt(text ?? "", 10));
  if (!(asked !== undefined && asked >= holder.mebibytes))
    return [`claim ${name} asks for ${asked}Mi, and had asked for ${holder.mebibytes}Mi`];
  // An image's file system grows when a pod has it, and before that it gets no more.
  const waitsForPod =
    kindOfClass(holder.className) === "image" && resizeStatusOf(claim)?.startsWith("NodeResize") === true;
  if (asked !== capacity && !waitsForPod)
    return [`claim ${name} asks for ${asked}Mi, and its volume has ${capacity}Mi`];
  return asked === status || waitsForPod ? [] : [`claim ${name} asks for ${asked}Mi, and its status says ${status}Mi`];
}

function volumeFaults(volume: PersistentVolume, { holders }: Ledger, world: World): readonly string[] {
  const { name } = volume.metadata;
  const id = volume.spec.claimRef?.name ?? "";
  const path = pathOf(volume);
  const faults: string[] = [];
  if (!holders.has(id)) faults.push(`volume ${name} is for ${id}, which nobody has asked for`);
  if (volume.metadata.annotations?.[annotations.provisionedBy] === undefined) faults.push(`volume ${name} is nobody's`);
  if (!world.directories.includes(path)) faults.push(`volume ${name} of ${id} has no directory ${path}`);
  const claim = world.claims.find((each) => each.metadata.name === id);
  const phase = volume.status?.phase;
  if (isTerminating(volume)) faults.push(`volume ${name} of ${id} does not go`);
  const isAtRest =
    (phase === "Bound" && claim?.spec.volumeName === name) ||
    (phase === "Released" && claim === undefined && volume.spec.persistentVolumeReclaimPolicy === "Retain");
  if (!isAtRest)
    faults.push(
      `volume ${name} of ${id} is ${phase} under ${volume.spec.persistentVolumeReclaimPolicy}: ${volume.status?.message ?? ""}`,
    );
  return faults;
}

/** The directories a claim's bytes are in, or may have gone on to; with markers, where that is known. */
function placesOf(holder: Holder, ledger: Ledger, world: World): readonly string[] {
  const volume = volumeOf(world, holder.id);
  const own = [
    ...(volume === undefined ? [] : [pathOf(volume)]),
    ...world.trash
      .filter(({ claim, isHere }) => claim === holder.id && isHere)
      .map(({ entry }) => trashPath(world, entry)),
    ...(holder.volume !== "kept" && volume === undefined && holder.path !== undefined ? [holder.path] : []),
  ];
  const next = holder.restoredTo === undefined ? undefined : ledger.holders.get(holder.restoredTo);
  return [...own, ...(next === undefined ? [] : placesOf(next, ledger, world))];
}

function holderFaults(holder: Holder, ledger: Ledger, world: World): readonly string[] {
  const { id } = holder;
  const claim = world.claims.find((each) => each.metadata.name === id);
  const volume = volumeOf(world, id);
  if (holder.claim === "bound") {
    if (claim === undefined) return [`claim ${id} was bound, and is gone though nobody deleted it`];
    return missingMarkers(holder, volume === undefined ? [] : [pathOf(volume)], world);
  }
  if (holder.claim === "gone" && claim !== undefined) return [`claim ${id} was gone, and is there again`];
  if (holder.claim === "asked" || holder.path === undefined) return [];
  if (mayBeGone(holder, ledger)) return [];
  return [...policyFaults(holder, world), ...missingMarkers(holder, placesOf(holder, ledger, world), world)];
}

/** Whether somebody has said that these bytes need not be kept, or there are none. */
function mayBeGone({ className, markers, policies, restoredTo }: Holder, ledger: Ledger): boolean {
  if (className === "chaos-fleeting" && policies.has("Delete")) return true;
  const next = restoredTo === undefined ? undefined : ledger.holders.get(restoredTo);
  if (next === undefined || (next.claim !== "maybe deleted" && next.claim !== "gone")) return false;
  // A restore that is given up removes a directory in which there is nothing.
  const wasGivenUp = next.path === undefined && markers.size === 0;
  return wasGivenUp || mayBeGone(next, ledger);
}

function policyFaults({ id, claim, policies, volume }: Holder, world: World): readonly string[] {
  if (claim !== "gone" || policies.size > 1 || volume !== "kept") return [];
  const isThere = volumeOf(world, id) !== undefined;
  if (policies.has("Retain") && !isThere) return [`the volume of ${id} was to be retained, and is gone`];
  if (policies.has("Delete") && isThere) return [`the volume of ${id} was to be deleted, and is there`];
  return [];
}

function missingMarkers(holder: Holder, places: readonly string[], world: World): readonly string[] {
  if (kindOfClass(holder.className) === "image" && !world.knowsImages) return [];
  const found = places.map((place) => world.held[place]).filter((each) => each !== undefined);
  const missing = found.map(({ whole }) => [...holder.markers].filter((name) => !whole.includes(name)));
  if (missing.some((names) => names.length === 0)) return [];
  const where = places.length === 0 ? "it is nowhere" : `it is in ${places.join(" and ")}`;
  return [
    `${holder.id} (${holder.claim}) has lost ${(missing[0] ?? [...holder.markers]).join(", ") || "its directory"}; ${where}`,
  ];
}

function snapshotFaults(known: KnownSnapshot, world: World): readonly string[] {
  const { name } = known;
  const snapshot = world.snapshots.find((each) => each.metadata.name === name);
  if (snapshot === undefined) return known.is === "ready" ? [`snapshot ${name} was ready, and is gone`] : [];
  if (known.is === "dropped") return [`snapshot ${name} was gone, and is there again`];
  if (isTerminating(snapshot)) return isAwaited(name, world) ? [] : [`snapshot ${name} does not go`];
  if (snapshot.status?.readyToUse !== true) {
    if (known.is !== "asked") return [`snapshot ${name} was ready, and is not`];
    const isPossible = world.claims.some(
      (claim) => claim.metadata.name === known.of && claim.status?.phase === "Bound",
    );
    return isPossible ? [`snapshot ${name} does not become ready: ${snapshot.status?.error?.message ?? ""}`] : [];
  }
  const content = world.contents.find((each) => each.metadata.name === snapshot.status?.boundVolumeSnapshotContentName);
  const handle = content?.status?.snapshotHandle;
  if (handle === undefined) return [`snapshot ${name} has no content with a handle`];
  const held = world.held[`${handle}/data`];
  if (held === undefined) {
    const isUnknown = content?.spec.driver === wellKnown.localImageProvisioner && !world.knowsImages;
    return isUnknown && world.snapshotDirs.some((each) => handle.endsWith(`/${each}`))
      ? []
      : [`snapshot ${name} has no bytes`];
  }
  const missing = [...known.markers].filter((marker) => !held.whole.includes(marker));
  return missing.length === 0 ? [] : [`snapshot ${name} has lost ${missing.join(", ")}`];
}

/** A snapshot stays while a claim waits for a volume made of it, and that one may wait for a pod. */
function isAwaited(snapshot: string, { claims }: World): boolean {
  return claims.some(
    ({ spec, status }) =>
      status?.phase === "Pending" && spec.dataSource?.kind === "VolumeSnapshot" && spec.dataSource.name === snapshot,
  );
}

function volumeOf(world: World, id: string): PersistentVolume | undefined {
  return world.volumes.find(({ spec }) => spec.claimRef?.name === id);
}

function trashPath({ volumesDir }: World, entry: string): string {
  return `${volumesDir}/.trash/${entry}`;
}
