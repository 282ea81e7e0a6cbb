import type { PersistentVolumeClaim } from "@ordinal/api";

/**
 * Both ways of saying what a claim is to be filled from say the same. `dataSource` alone never named anything but a claim or
 * a snapshot, so anything else there is dropped. Source: `pkg/api/persistentvolumeclaim/util.go`
 * `EnforceDataSourceBackwardsCompatibility`, `NormalizeDataSources`.
 */
export function withDataSources(claim: PersistentVolumeClaim, before?: PersistentVolumeClaim): PersistentVolumeClaim {
  const { spec } = claim;
  if (spec === undefined) return claim;
  const { dataSource, dataSourceRef, ...rest } = spec;
  if (dataSourceRef !== undefined) {
    if (dataSource !== undefined || (dataSourceRef.namespace ?? "") !== "") return claim;
    const { namespace: _, ...reference } = dataSourceRef;
    return { ...claim, spec: { ...spec, dataSource: reference } };
  }
  if (dataSource === undefined) return claim;
  const wasUsed = before?.spec.dataSource !== undefined || before?.spec.dataSourceRef !== undefined;
  if (!wasUsed && !isClaimOrSnapshot(dataSource)) return { ...claim, spec: rest };
  return { ...claim, spec: { ...spec, dataSourceRef: dataSource } };
}

function isClaimOrSnapshot({ apiGroup = "", kind }: NonNullable<PersistentVolumeClaim["spec"]["dataSource"]>): boolean {
  if (kind === "PersistentVolumeClaim") return apiGroup === "";
  return kind === "VolumeSnapshot" && apiGroup === "snapshot.storage.k8s.io";
}
