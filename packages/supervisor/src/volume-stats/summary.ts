import { claimNameOfVolume, type Pod, type Volume } from "@ordinal/api";
import { timestamp } from "@ordinal/runtime";
import type { FileSystemFigures } from "./file-system-figures.ts";
import { figureOf, type VolumeFigures, type VolumeRecord } from "./volume-record.ts";

/** Source: `k8s.io/kubelet/pkg/apis/stats/v1alpha1`, of which this is the part about volumes. */
export interface Summary {
  readonly node: { readonly nodeName: string; readonly startTime: string };
  readonly pods: readonly PodStats[];
}

interface PodStats {
  readonly podRef: { readonly name: string; readonly namespace: string; readonly uid: string };
  readonly startTime: string;
  readonly containers: readonly never[];
  readonly volume?: readonly VolumeStats[];
}

interface VolumeStats {
  readonly time: string;
  readonly availableBytes: number;
  readonly capacityBytes: number;
  readonly usedBytes: number;
  readonly inodesFree?: number | undefined;
  readonly inodes?: number;
  readonly inodesUsed?: number | undefined;
  readonly name: string;
  readonly pvcRef: { readonly name: string; readonly namespace: string };
}

export interface SummaryWorld {
  readonly nodeName: string;
  /** When figures began to be taken, in milliseconds since the epoch. */
  readonly startedMs: number;
  readonly pods: readonly Pod[];
  /** What is known of the volume of a claim: `namespace/name`. */
  readonly recordOfClaim: (key: string) => VolumeRecord | undefined;
  readonly around: ReadonlyMap<number, FileSystemFigures>;
}

/** The volumes of every pod of the node that have been measured. */
export function summarize(world: SummaryWorld): Summary {
  const startTime = timestamp(world.startedMs);
  return {
    node: { nodeName: world.nodeName, startTime },
    pods: world.pods.map((pod) => {
      const { name, namespace = "", uid } = pod.metadata;
      const volume = (pod.spec.volumes ?? []).flatMap((each) => statsOf(pod, each, world) ?? []);
      return {
        podRef: { name, namespace, uid },
        startTime: pod.status?.startTime ?? startTime,
        containers: [],
        ...(volume.length === 0 ? {} : { volume }),
      };
    }),
  };
}

function statsOf(pod: Pod, volume: Volume, { recordOfClaim, around }: SummaryWorld): VolumeStats | undefined {
  const claim = claimNameOfVolume(pod, volume);
  const namespace = pod.metadata.namespace ?? "";
  const record = claim === undefined ? undefined : recordOfClaim(`${namespace}/${claim}`);
  if (claim === undefined || record === undefined) return undefined;
  const of = (figure: keyof VolumeFigures): number | undefined => figureOf(figure, record.measured, around);
  const [capacityBytes, availableBytes, usedBytes] = [of("capacityBytes"), of("availableBytes"), of("usedBytes")];
  if (capacityBytes === undefined || availableBytes === undefined || usedBytes === undefined) return undefined;
  const [inodes, inodesFree, inodesUsed] = [of("inodes"), of("inodesFree"), of("inodesUsed")];
  return {
    time: timestamp(record.measuredMs),
    availableBytes,
    capacityBytes,
    usedBytes,
    ...(inodes === undefined ? {} : { inodesFree, inodes, inodesUsed }),
    name: volume.name,
    pvcRef: { name: claim, namespace },
  };
}
