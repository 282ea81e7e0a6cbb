import type { PersistentVolume, PersistentVolumeClaim } from "@ordinal/api";
import type { Change, Informer } from "@ordinal/client";
import { AvailableVolumes, type FindOptions } from "./available-volumes.ts";
import { canServeReserved, capacityOf, isAvailable } from "./match-volume.ts";

/**
 * The volumes as one who binds sees them: those of the informer, with what was written here since, and with what is being
 * written now. So nobody here chooses a volume twice, however late the informer is. Source: the scheduler's `AssumeCache`.
 */
export interface VolumeIndex {
  get(name: string): PersistentVolume | undefined;
  /** The volume whose claimRef names this claim and that can hold it; of several the smallest, then the first by name. */
  reservedFor(claim: PersistentVolumeClaim): PersistentVolume | undefined;
  /** The best of the volumes that any claim may have. */
  find(claim: PersistentVolumeClaim, options: FindOptions): PersistentVolume | undefined;
  /** Whether any volume counts as it is about to be written. */
  isAssuming(): boolean;
  /** From now on the volume counts as it is about to be written. Followed by `written` or `forget`. */
  assume(volume: PersistentVolume): void;
  /** What the API answered to a write. */
  written(volume: PersistentVolume): void;
  /** The write has failed: the volume is again as it was. */
  forget(name: string): void;
  /** Ends following the informer. */
  close(): void;
}

interface Known {
  readonly volume: PersistentVolume;
  /** While the volume is assumed: what it is if the write fails. */
  readonly settled?: PersistentVolume;
}

export function createVolumeIndex(informer: Informer<PersistentVolume>): VolumeIndex {
  const known = new Map<string, Known>();
  const available = new AvailableVolumes();
  const reserved = new Map<string, Map<string, PersistentVolume>>();
  const assumed = new Set<string>();
  const unsubscribe = informer.onChange(follow);

  function follow({ before, after }: Change<PersistentVolume>): void {
    if (after === undefined) {
      if (before !== undefined) drop(before.metadata.name);
      return;
    }
    const current = known.get(after.metadata.name);
    if (current === undefined || revisionOf(after) > revisionOf(current.volume)) put({ volume: after });
  }

  /** The newer of this and what the informer has. */
  function settle(volume: PersistentVolume): void {
    const seen = informer.get(volume.metadata.name);
    // Gone meanwhile: what is written here was seen by the informer before.
    if (seen === undefined) drop(volume.metadata.name);
    else put({ volume: revisionOf(seen) > revisionOf(volume) ? seen : volume });
  }

  function put(next: Known): void {
    const { name } = next.volume.metadata;
    drop(name);
    known.set(name, next);
    if (next.settled !== undefined) assumed.add(name);
    if (isAvailable(next.volume)) available.add(next.volume);
    const key = reservation(next.volume);
    if (key !== undefined) reserved.set(key, (reserved.get(key) ?? new Map()).set(name, next.volume));
  }

  function drop(name: string): void {
    const volume = known.get(name)?.volume;
    if (volume === undefined) return;
    known.delete(name);
    assumed.delete(name);
    if (isAvailable(volume)) available.remove(volume);
    const key = reservation(volume);
    const ofClaim = key === undefined ? undefined : reserved.get(key);
    ofClaim?.delete(name);
    if (key !== undefined && ofClaim?.size === 0) reserved.delete(key);
  }

  return {
    get: (name) => known.get(name)?.volume,
    reservedFor(claim) {
      const { namespace = "", name, uid } = claim.metadata;
      return [uid, ""]
        .flatMap((each) => [...(reserved.get(reservationKey({ namespace, name, uid: each }))?.values() ?? [])])
        .filter((volume) => canServeReserved(claim, volume))
        .toSorted(bySize)
        .at(0);
    },
    find: (claim, options) => available.find(claim, options),
    isAssuming: () => assumed.size > 0,
    assume(volume) {
      const current = known.get(volume.metadata.name);
      const settled = current?.settled ?? current?.volume;
      put(settled === undefined ? { volume } : { volume, settled });
    },
    written: settle,
    forget(name) {
      const settled = known.get(name)?.settled;
      if (settled !== undefined) settle(settled);
    },
    close: unsubscribe,
  };
}

function reservation({ spec: { claimRef } }: PersistentVolume): string | undefined {
  const { namespace = "", name = "", uid = "" } = claimRef ?? {};
  return claimRef === undefined ? undefined : reservationKey({ namespace, name, uid });
}

function reservationKey(claim: { readonly namespace: string; readonly name: string; readonly uid: string }): string {
  return `${claim.namespace}/${claim.name}/${claim.uid}`;
}

function revisionOf(volume: PersistentVolume): number {
  return Number(volume.metadata.resourceVersion);
}

function bySize(a: PersistentVolume, b: PersistentVolume): number {
  const [sizeA, sizeB] = [capacityOf(a), capacityOf(b)];
  if (sizeA !== sizeB) return sizeA < sizeB ? -1 : 1;
  return a.metadata.name < b.metadata.name ? -1 : 1;
}
