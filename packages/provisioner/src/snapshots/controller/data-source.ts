import type { PersistentVolumeClaim } from "@ordinal/api";

/** What a claim is to be filled from. */
export interface DataSource {
  readonly apiGroup: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** Undefined for a claim that is to be empty. Source: external-provisioner `dataSource`. */
export function dataSourceOf({ metadata, spec }: PersistentVolumeClaim): DataSource | undefined {
  const { dataSource, dataSourceRef } = spec;
  const source = dataSourceRef ?? dataSource;
  if (source === undefined) return undefined;
  const named = dataSourceRef?.namespace ?? "";
  const namespace = named === "" ? (metadata.namespace ?? "") : named;
  return { apiGroup: source.apiGroup ?? "", kind: source.kind, name: source.name, namespace };
}

export function isSnapshot({ apiGroup, kind }: DataSource): boolean {
  return apiGroup === "snapshot.storage.k8s.io" && kind === "VolumeSnapshot";
}

export function isClaim({ apiGroup, kind }: DataSource): boolean {
  return apiGroup === "" && kind === "PersistentVolumeClaim";
}

/** Whether a volume is being made for this claim out of the source of that key. Source: `isVolumeBeingCreatedFromSnapshot`. */
export function isBeingFilledFrom(claim: PersistentVolumeClaim, key: string): DataSource | undefined {
  if (claim.status?.phase !== "Pending") return undefined;
  const source = dataSourceOf(claim);
  return source !== undefined && `${source.namespace}/${source.name}` === key ? source : undefined;
}
