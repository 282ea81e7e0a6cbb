import {
  classNameOf,
  isTerminating,
  quantityValue,
  type PersistentVolume,
  type PersistentVolumeClaim,
} from "@ordinal/api";
import { pathOfVolume } from "./path-of-volume.ts";
import type { VolumeFigures } from "./volume-figures.ts";

/** A claim, or a volume without one, as `ordinal volumes` shows it. Left out where there is nothing to show. */
export interface VolumeLine {
  readonly namespace?: string;
  readonly claim?: string;
  /** Of the claim: Pending, Bound, Lost, Terminating; of a volume without one: Released, Available, Failed. */
  readonly phase: string;
  readonly class?: string;
  readonly volume?: string;
  readonly reclaimPolicy?: string;
  readonly usedBytes?: number;
  readonly inodesUsed?: number;
  /** `1Gi` */
  readonly claimed?: string;
  readonly claimedBytes?: number;
  /** On this machine. */
  readonly path?: string;
}

export interface VolumeWorld {
  readonly claims: readonly PersistentVolumeClaim[];
  readonly volumes: readonly PersistentVolume[];
  /** By `namespace/claim`. */
  readonly figures: ReadonlyMap<string, VolumeFigures>;
}

/** Every claim, then every volume that none has, each by namespace and name. */
export function describeVolumes({ claims, volumes, figures }: VolumeWorld): readonly VolumeLine[] {
  const byName = new Map(volumes.map((volume) => [volume.metadata.name, volume]));
  const lines = claims.map((claim) => ofClaim(claim, byName.get(claim.spec.volumeName ?? ""), figures));
  const claimed = new Set(claims.flatMap(({ spec }) => spec.volumeName ?? []));
  const others = volumes.filter(({ metadata }) => !claimed.has(metadata.name)).map(ofVolume);
  return [...lines.toSorted(byClaim), ...others.toSorted(byClaim)];
}

function ofClaim(
  claim: PersistentVolumeClaim,
  volume: PersistentVolume | undefined,
  figures: VolumeWorld["figures"],
): VolumeLine {
  const { namespace = "", name } = claim.metadata;
  const phase = claim.status?.phase ?? "Pending";
  const claimed = claim.status?.capacity?.["storage"] ?? claim.spec.resources?.requests?.["storage"];
  return defined({
    namespace,
    claim: name,
    phase: isTerminating(claim) ? "Terminating" : phase,
    class: textOf(classNameOf(claim)),
    ...(volume === undefined ? {} : factsOf(volume)),
    ...figures.get(`${namespace}/${name}`),
    ...sizeOf(claimed),
  });
}

/** Its claim is gone or was never there, so what its claimRef says is history. */
function ofVolume(volume: PersistentVolume): VolumeLine {
  const { spec, status } = volume;
  return defined({
    namespace: spec.claimRef?.namespace,
    claim: spec.claimRef?.name,
    phase: isTerminating(volume) ? "Terminating" : (status?.phase ?? "Pending"),
    class: textOf(spec.storageClassName),
    ...factsOf(volume),
    ...sizeOf(spec.capacity?.["storage"]),
  });
}

function factsOf(volume: PersistentVolume) {
  const { persistentVolumeReclaimPolicy } = volume.spec;
  return { volume: volume.metadata.name, reclaimPolicy: persistentVolumeReclaimPolicy, path: pathOfVolume(volume) };
}

function sizeOf(claimed: string | undefined) {
  return { claimed, claimedBytes: claimed === undefined ? undefined : Number(quantityValue(claimed)) };
}

function textOf(text: string | undefined): string | undefined {
  return text === "" ? undefined : text;
}

function byClaim(a: VolumeLine, b: VolumeLine): number {
  const [one, other] = [a, b].map(({ namespace = "", claim = "", volume = "" }) => `${namespace}/${claim}/${volume}`);
  return (one ?? "").localeCompare(other ?? "", "en", { numeric: true });
}

type Optional<T> = { readonly [K in keyof T]: T[K] | undefined };

/** Without the fields that say nothing. */
function defined(line: Optional<VolumeLine> & Pick<VolumeLine, "phase">): VolumeLine {
  return Object.fromEntries(Object.entries(line).filter(([, value]) => value !== undefined)) as unknown as VolumeLine;
}
