import {
  annotations,
  finalizers,
  isApiError,
  isTerminating,
  quantityValue,
  type PersistentVolume,
  type PersistentVolumeClaim,
  type Result,
  type VolumeSnapshot,
  type VolumeSnapshotContent,
} from "@ordinal/api";
import { describeError } from "@ordinal/runtime";
import type { VolumeRequest } from "../backend/volume-backend.ts";
import { isClaim, isSnapshot, type DataSource } from "./controller/data-source.ts";
import { hasFinalizer } from "./controller/source-protection.ts";
import { pointsBack } from "./controller/plan-snapshot.ts";
import type { SnapshotOptions } from "./controller/snapshot-options.ts";
import { driverOf, isBoundTo } from "./controller/volume-driver.ts";

/** Where the bytes of a new volume come from. */
export type Source =
  | { readonly is: "snapshot"; readonly handle: string }
  | { readonly is: "claim"; readonly claim: PersistentVolumeClaim; readonly volume: PersistentVolume };

type Resolved = Result<Source, string>;

/** Finds what a claim is to be filled from, or says in external-provisioner's words why it cannot be. Source: `getVolumeContentSource`. */
export async function resolveSource(
  source: DataSource,
  { client, request }: Pick<SnapshotOptions, "client"> & { readonly request: VolumeRequest },
): Promise<Resolved> {
  const { namespace = "" } = request.claim.metadata;
  if (source.namespace !== namespace) {
    return refuse("dataSourceRef namespace specified but the CrossNamespaceVolumeDataSource feature is disabled");
  }
  if (source.kind === "VolumeSnapshot" && !isSnapshot(source)) {
    return refuse(
      `the PVC source does not belong to the right APIGroup. Expected snapshot.storage.k8s.io, Got ${source.apiGroup}`,
    );
  }
  if (!isSnapshot(source) && !isClaim(source)) {
    const why = "is not handled by the provisioner, assuming an external populator will provision it";
    return refuse(`data source (${source.kind}) ${why}`);
  }
  const find = isSnapshot(source) ? findSnapshot : findClaim;
  const found = await find(source, { client, request });
  if (found.ok) return found;
  return refuse(`error getting handle for DataSource Type ${source.kind} by Name ${source.name}: ${found.error}`);
}

interface Means {
  readonly client: SnapshotOptions["client"];
  readonly request: VolumeRequest;
}

/** Source: `getSnapshotSource`. */
async function findSnapshot({ name, namespace }: DataSource, { client, request }: Means): Promise<Resolved> {
  let snapshot: VolumeSnapshot;
  try {
    snapshot = await client.get("volumesnapshots", { namespace, name });
  } catch (error) {
    if (!isApiError(error, "NotFound")) throw error;
    return refuse(`error getting snapshot ${name} from api server: ${describeError(error)}`);
  }
  const contentName = snapshot.status?.boundVolumeSnapshotContentName;
  if (contentName === undefined) return refuse(`snapshot ${name} not bound`);
  let content: VolumeSnapshotContent;
  try {
    content = await client.get("volumesnapshotcontents", { name: contentName });
  } catch (error) {
    if (!isApiError(error, "NotFound")) throw error;
    return refuse(`error getting snapshotcontent ${contentName} for snapshot ${name}`);
  }
  if (!pointsBack(snapshot, content))
    return refuse(`snapshotcontent ${contentName} for snapshot ${name} is bound to a different snapshot`);
  // One that is going waits for the claims that are to be filled from it: refused, they and it would wait for ever.
  const isGoing = content.metadata.annotations?.[annotations.snapshotBeingDeleted] !== undefined;
  if (isTerminating(content) || (isTerminating(snapshot) && isGoing))
    return refuse(`snapshot ${name} is being deleted`);
  const { storageClass, claim } = request;
  if (content.spec.driver !== storageClass.provisioner) {
    const whose = `is not handled by CSI driver of StorageClass ${storageClass.metadata.name}`;
    return refuse(`snapshotcontent ${contentName} for snapshot ${name} ${whose}`);
  }
  if (snapshot.status?.readyToUse !== true) return refuse(`snapshot ${name} is not Ready`);
  const handle = content.status?.snapshotHandle;
  if (handle === undefined) return refuse(`snapshot handle ${name} is not available`);
  const problem = sizeProblem(claim, snapshot) ?? modeProblem(claim, content);
  return problem === undefined ? { ok: true, value: { is: "snapshot", handle } } : refuse(problem);
}

function sizeProblem(claim: PersistentVolumeClaim, { metadata, status }: VolumeSnapshot): string | undefined {
  if (status?.restoreSize === undefined) return undefined;
  const [asked, least] = [sizeOf(claim), quantityValue(status.restoreSize)];
  if (asked >= least) return undefined;
  return `requested volume size ${asked} is less than the size ${least} for the source snapshot ${metadata.name}`;
}

function modeProblem(claim: PersistentVolumeClaim, { metadata, spec }: VolumeSnapshotContent): string | undefined {
  const { volumeMode = "Filesystem" } = claim.spec;
  if (spec.sourceVolumeMode === undefined || spec.sourceVolumeMode === volumeMode) return undefined;
  const allowed = metadata.annotations?.[annotations.allowVolumeModeChange];
  if (allowed === "true") return undefined;
  const what = `requested volume ${claim.metadata.namespace}/${claim.metadata.name} modifies the mode of the source volume but does not have permission to do so.`;
  return allowed === undefined
    ? `${what} ${annotations.allowVolumeModeChange} annotation is not present on snapshotcontent ${metadata.name}`
    : `${what} ${annotations.allowVolumeModeChange} is set to false on snapshotcontent ${metadata.name}`;
}

/** Source: `getPVCSource`. */
async function findClaim({ name, namespace }: DataSource, { client, request }: Means): Promise<Resolved> {
  const { claim, storageClass } = request;
  let source: PersistentVolumeClaim;
  try {
    source = await client.get("persistentvolumeclaims", { namespace, name });
  } catch (error) {
    if (!isApiError(error, "NotFound")) throw error;
    return refuse(`error getting PVC ${name} (namespace "${namespace}") from api server: ${describeError(error)}`);
  }
  if (source.status?.phase !== "Bound")
    return refuse(`the PVC DataSource ${name} must have a status of Bound.  Got ${source.status?.phase ?? "Pending"}`);
  // One that is held for clones waits for them: refused, they and it would wait for ever.
  if (isTerminating(source) && !hasFinalizer(source, finalizers.cloningProtection))
    return refuse(`the PVC DataSource ${name} is currently being deleted`);
  if (source.spec.storageClassName === undefined)
    return refuse(`the source PVC (${name}) storageclass cannot be empty`);
  const [asked, least] = [sizeOf(claim), sizeOf(source)];
  if (asked < least) {
    const rule = "error, new PVC request must be greater than or equal in size to the specified PVC data source";
    return refuse(`${rule}, requested ${asked} but source is ${least}`);
  }
  const volume = await volumeOf(source, client);
  const isUsable =
    volume !== undefined &&
    driverOf(volume) === storageClass.provisioner &&
    isBoundTo(volume, source) &&
    volume.status?.phase === "Bound";
  if (!isUsable) return refuse("claim in dataSource not bound or invalid");
  const [from, to] = [volume.spec.volumeMode ?? "Filesystem", claim.spec.volumeMode ?? "Filesystem"];
  if (from !== to) {
    const rule = "the source PVC and destination PVCs must have the same volume mode for cloning.";
    return refuse(`${rule}  Source is ${from}, but new PVC requested ${to}`);
  }
  return { ok: true, value: { is: "claim", claim: source, volume } };
}

async function volumeOf(
  { spec }: PersistentVolumeClaim,
  client: SnapshotOptions["client"],
): Promise<PersistentVolume | undefined> {
  try {
    return await client.get("persistentvolumes", { name: spec.volumeName ?? "" });
  } catch (error) {
    if (!isApiError(error, "NotFound")) throw error;
    return undefined;
  }
}

function sizeOf({ spec }: PersistentVolumeClaim): bigint {
  return quantityValue(spec.resources?.requests?.["storage"] ?? "0");
}

function refuse(error: string): Resolved {
  return { ok: false, error };
}
