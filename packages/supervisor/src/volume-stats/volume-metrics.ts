import type { Metrics, Sample } from "@ordinal/runtime";
import type { FileSystemFigures } from "./file-system-figures.ts";
import { figureOf, type VolumeFigures, type VolumeRecord } from "./volume-record.ts";

/** What is known at the moment of asking. */
export interface UsageNow {
  readonly records: Iterable<VolumeRecord>;
  /** The newest figures of shared file systems, by device. */
  readonly around: ReadonlyMap<number, FileSystemFigures>;
}

/** Names, labels and help as upstream's. Source: `pkg/kubelet/metrics/collectors/volume_stats.go`. */
const upstreamFigures: readonly (readonly [name: string, help: string, figure: keyof VolumeFigures])[] = [
  ["kubelet_volume_stats_capacity_bytes", "Capacity in bytes of the volume", "capacityBytes"],
  ["kubelet_volume_stats_available_bytes", "Number of available bytes in the volume", "availableBytes"],
  ["kubelet_volume_stats_used_bytes", "Number of used bytes in the volume", "usedBytes"],
  ["kubelet_volume_stats_inodes", "Maximum number of inodes in the volume", "inodes"],
  ["kubelet_volume_stats_inodes_free", "Number of free inodes in the volume", "inodesFree"],
  ["kubelet_volume_stats_inodes_used", "Number of used inodes in the volume", "inodesUsed"],
];

/** Adds the figures of volumes, which are read when they are asked for. */
export function addVolumeMetrics(metrics: Metrics, read: () => UsageNow): void {
  const ofEach = (
    [name, help]: readonly [name: string, help: string],
    valueOf: (record: VolumeRecord, around: UsageNow["around"]) => number | undefined,
  ): void => {
    metrics.readings({ name, help, type: "gauge" }, () => {
      const { records, around } = read();
      const samples: Sample[] = [];
      for (const record of records) {
        const value = valueOf(record, around);
        if (value !== undefined) samples.push({ labels: record.labels, value });
      }
      return samples;
    });
  };
  for (const [name, help, figure] of upstreamFigures) {
    ofEach([name, help], ({ measured }, around) => figureOf(figure, measured, around));
  }
  ofEach(
    [
      "kubelet_volume_stats_health_status_abnormal",
      "Abnormal volume health status. The count is either 1 or 0. 1 indicates the volume is unhealthy, 0 indicates volume is healthy",
    ],
    ({ measured, problem }) => (problem !== undefined ? 1 : measured === undefined ? undefined : 0),
  );
  ofEach(
    ["ordinal_volume_claimed_bytes", "Size of the volume that the claim has, which nothing holds a plain directory to"],
    ({ claimedBytes }) => claimedBytes,
  );
  ofEach(
    ["ordinal_volume_measured_timestamp_seconds", "When the volume was last measured, in seconds since the epoch"],
    ({ measured, measuredMs }) => (measured === undefined ? undefined : measuredMs / 1000),
  );
}
