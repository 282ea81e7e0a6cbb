/** What the daemon has measured of a claim's volume. */
export interface VolumeFigures {
  readonly usedBytes?: number;
  readonly inodesUsed?: number;
}

const figureOf: Readonly<Record<string, keyof VolumeFigures>> = {
  kubelet_volume_stats_used_bytes: "usedBytes",
  kubelet_volume_stats_inodes_used: "inodesUsed",
};

/** Reads the figures of volumes out of the daemon's `/metrics`, by `namespace/claim`. */
export function parseVolumeFigures(metrics: string): ReadonlyMap<string, VolumeFigures> {
  const figures = new Map<string, VolumeFigures>();
  for (const { groups } of metrics.matchAll(/^(?<name>kubelet_volume_stats_\w+)\{(?<labels>.*)\} (?<value>\S+)$/gm)) {
    const figure = figureOf[groups?.["name"] ?? ""];
    const labels = groups?.["labels"] ?? "";
    const value = Number(groups?.["value"]);
    if (figure === undefined || !Number.isFinite(value)) continue;
    const key = `${labelIn(labels, "namespace")}/${labelIn(labels, "persistentvolumeclaim")}`;
    figures.set(key, { ...figures.get(key), [figure]: value });
  }
  return figures;
}

/** Names of namespaces and claims hold nothing that is escaped. */
function labelIn(labels: string, name: string): string {
  return new RegExp(`(?:^|,)${name}="(?<value>[^"]*)"`).exec(labels)?.groups?.["value"] ?? "";
}
