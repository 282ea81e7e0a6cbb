import { labelNameProblem } from "../names.ts";
import { parseQuantity } from "../quantity.ts";
import type { Volume } from "../types.ts";
import { invalidEach, oneOfIfAny } from "./causes.ts";
import type { Causes } from "./causes.ts";
import { claimSpecCauses } from "./claim-spec.ts";
import { downwardFieldCauses, resourceFieldCauses, volumeFields } from "./downward.ts";
import { field } from "./field-errors.ts";
import { hasBackstep } from "./formats.ts";
import { annotationCauses, labelCauses } from "./metadata.ts";

type ConfigItems = NonNullable<NonNullable<Volume["configMap"]>["items"]>;
type Projected = NonNullable<Volume["projected"]>;
type DownwardItems = NonNullable<NonNullable<Volume["downwardAPI"]>["items"]>;

const moreThanOne = "may not specify more than 1 volume type";
const fileMode = "must be a number between 0 and 0777 (octal), both inclusive";
const hostPathTypes = [
  "",
  "BlockDevice",
  "CharDevice",
  "Directory",
  "DirectoryOrCreate",
  "File",
  "FileOrCreate",
  "Socket",
];

/** Source: `ValidateVolumes`. */
export function* volumesCauses(volumes: readonly Volume[], path: string): Causes {
  const names = new Set<string>();
  for (const [index, volume] of volumes.entries()) {
    const at = `${path}[${index}]`;
    yield* sourceCauses(volume, at);
    if (!volume.name) yield field.required(`${at}.name`);
    else yield* invalidEach(`${at}.name`, volume.name, [labelNameProblem(volume.name)]);
    if (names.has(volume.name)) yield field.duplicate(`${at}.name`, volume.name);
    names.add(volume.name);
  }
}

/** A relative path that stays inside. */
export function* descendingPathCauses(target: string, path: string): Causes {
  if (target.startsWith("/")) yield field.invalid(path, target, "must be a relative path");
  if (hasBackstep(target)) yield field.invalid(path, target, "must not contain '..'");
  yield* noNulCauses(target, path);
}

/** No file has such a name; upstream finds that out when the pod is on its node. */
export function* noNulCauses(target: string, path: string): Causes {
  if (target.includes("\0")) yield field.invalid(path, target, "must not contain NUL");
}

/** Where a hostPath or local volume lies. */
export function* hostPathCauses(source: { readonly path?: string; readonly type?: string }, path: string): Causes {
  if (!source.path) {
    yield field.required(`${path}.path`);
    return;
  }
  if (hasBackstep(source.path)) yield field.invalid(`${path}.path`, source.path, "must not contain '..'");
  yield* noNulCauses(source.path, `${path}.path`);
  yield* oneOfIfAny(`${path}.type`, source.type, hostPathTypes);
}

function* sourceCauses(volume: Volume, path: string): Causes {
  const sources = Object.keys(volume).filter((key) => key !== "name");
  if (sources.length === 0) yield field.required(path, "must specify a volume type");
  for (const extra of sources.slice(1)) yield field.forbidden(`${path}.${extra}`, moreThanOne);
  const { emptyDir, hostPath, secret, configMap, persistentVolumeClaim, nfs, projected, downwardAPI, ephemeral } =
    volume;
  if (emptyDir?.sizeLimit !== undefined && isNegative(emptyDir.sizeLimit)) {
    yield field.forbidden(`${path}.emptyDir.sizeLimit`, "SizeLimit field must be a valid resource quantity");
  }
  if (hostPath !== undefined) yield* hostPathCauses(hostPath, `${path}.hostPath`);
  if (secret !== undefined) {
    if (!secret.secretName) yield field.required(`${path}.secret.secretName`);
    yield* itemsCauses(secret, `${path}.secret`);
  }
  if (configMap !== undefined) {
    if (!configMap.name) yield field.required(`${path}.configMap.name`);
    yield* itemsCauses(configMap, `${path}.configMap`);
  }
  if (persistentVolumeClaim !== undefined && !persistentVolumeClaim.claimName) {
    yield field.required(`${path}.persistentVolumeClaim.claimName`);
  }
  if (nfs !== undefined) yield* nfsCauses(nfs, `${path}.nfs`);
  if (projected !== undefined) yield* projectedCauses(projected, `${path}.projected`);
  if (downwardAPI !== undefined) {
    yield* modeCauses(downwardAPI.defaultMode, `${path}.downwardAPI.defaultMode`);
    yield* downwardCauses(downwardAPI.items ?? [], `${path}.downwardAPI`);
  }
  if (ephemeral !== undefined) yield* ephemeralCauses(ephemeral, `${path}.ephemeral`);
}

function* ephemeralCauses(source: NonNullable<Volume["ephemeral"]>, path: string): Causes {
  const template = source.volumeClaimTemplate;
  if (template === undefined) {
    yield field.required(`${path}.volumeClaimTemplate`);
    return;
  }
  yield* annotationCauses(template.metadata?.annotations, `${path}.volumeClaimTemplate.metadata.annotations`);
  yield* labelCauses(template.metadata?.labels, `${path}.volumeClaimTemplate.metadata.labels`);
  yield* claimSpecCauses(template.spec, `${path}.volumeClaimTemplate.spec`);
}

/** An NFS share, in a pod or as a PersistentVolume. */
export function* nfsCauses(nfs: NonNullable<Volume["nfs"]>, path: string): Causes {
  if (!nfs.server) yield field.required(`${path}.server`);
  if (!nfs.path) yield field.required(`${path}.path`);
  if (!nfs.path?.startsWith("/")) yield field.invalid(`${path}.path`, nfs.path ?? "", "must be an absolute path");
}

function* itemsCauses(source: { readonly defaultMode?: number; readonly items?: ConfigItems }, path: string): Causes {
  yield* modeCauses(source.defaultMode, `${path}.defaultMode`);
  for (const [index, item] of (source.items ?? []).entries()) {
    const at = `${path}.items[${index}]`;
    if (!item.key) yield field.required(`${at}.key`);
    if (!item.path) yield field.required(`${at}.path`);
    yield* fileNameCauses(item.path ?? "", `${at}.path`);
    yield* modeCauses(item.mode, `${at}.mode`);
  }
}

function* projectedCauses(projected: Projected, path: string): Causes {
  yield* modeCauses(projected.defaultMode, `${path}.defaultMode`);
  const paths: string[] = [];
  for (const [index, source] of (projected.sources ?? []).entries()) {
    const at = `${path}.sources[${index}]`;
    const { secret, configMap, downwardAPI, serviceAccountToken } = source;
    const kinds = Object.keys(source);
    if (kinds.length > 1) yield field.forbidden(at, "may not specify more than 1 volume type per source");
    if (secret !== undefined) {
      if (!secret.name) yield field.required(`${at}.secret.name`);
      yield* itemsCauses({ items: secret.items ?? [] }, `${at}.secret`);
    }
    if (configMap !== undefined) {
      if (!configMap.name) yield field.required(`${at}.configMap.name`);
      yield* itemsCauses({ items: configMap.items ?? [] }, `${at}.configMap`);
    }
    if (downwardAPI !== undefined) yield* downwardCauses(downwardAPI.items ?? [], `${at}.downwardAPI`);
    if (serviceAccountToken !== undefined && (serviceAccountToken.expirationSeconds ?? 3600) < 600) {
      const seconds = serviceAccountToken.expirationSeconds;
      const message = "may not specify a duration less than 10 minutes";
      yield field.invalid(`${at}.serviceAccountToken.expirationSeconds`, seconds, message);
    }
    paths.push(...[secret, configMap, downwardAPI].flatMap((each) => (each?.items ?? []).map((item) => item.path)));
  }
  const repeated = paths.filter((each, index) => paths.indexOf(each) < index);
  for (const each of repeated) yield field.invalid(path, each, "conflicting duplicate paths");
}

function* downwardCauses(items: DownwardItems, path: string): Causes {
  for (const item of items) {
    if (!item.path) yield field.required(`${path}.path`);
    yield* fileNameCauses(item.path ?? "", `${path}.path`);
    yield* modeCauses(item.mode, `${path}.mode`);
    if (item.fieldRef !== undefined) {
      yield* downwardFieldCauses(item.fieldRef, { path: `${path}.fieldRef`, fields: volumeFields });
      if (item.resourceFieldRef === undefined) continue;
      yield field.invalid(path, "resource", "fieldRef and resourceFieldRef can not be specified simultaneously");
    } else if (item.resourceFieldRef !== undefined) {
      if (!item.resourceFieldRef.containerName) yield field.required(`${path}.resourceFieldRef.containerName`);
      yield* resourceFieldCauses(item.resourceFieldRef, `${path}.resourceFieldRef`);
    } else yield field.required(path, "one of fieldRef and resourceFieldRef is required");
  }
}

function* fileNameCauses(name: string, path: string): Causes {
  yield* descendingPathCauses(name, path);
  if (name.startsWith("..") && !name.startsWith("../")) yield field.invalid(path, name, "must not start with '..'");
}

function* modeCauses(mode: number | undefined, path: string): Causes {
  if (mode !== undefined && (mode < 0 || mode > 0o777)) yield field.invalid(path, mode, fileMode);
}

function isNegative(quantity: string): boolean {
  const parsed = parseQuantity(quantity);
  return parsed.ok && parsed.value < 0n;
}
