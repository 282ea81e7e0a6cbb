import type { Container, Volume } from "../types.ts";
import { oneOfIfAny } from "./causes.ts";
import type { Causes } from "./causes.ts";
import { field } from "./field-errors.ts";
import { hasBackstep } from "./formats.ts";
import { descendingPathCauses, noNulCauses } from "./volumes.ts";

/** The volumes a container may mount, and whether each comes from a claim and so may be a block device. */
export type VolumeNames = ReadonlyMap<string, { readonly isClaim: boolean }>;

/** The volumes of a pod; of a StatefulSet's pods with the claim templates among them. */
export function volumeNames(volumes: readonly Volume[], claims: readonly string[] = []): VolumeNames {
  const own = volumes.map((volume) => [volume.name, { isClaim: comesFromClaim(volume) }] as const);
  return new Map([...own, ...claims.map((name) => [name, { isClaim: true }] as const)]);
}

/** Source: `ValidateVolumeMounts`, `ValidateVolumeDevices`. */
export function* mountsCauses(container: Container, { path, volumes }: { path: string; volumes: VolumeNames }): Causes {
  const { volumeMounts = [], volumeDevices = [] } = container;
  const mountPaths = new Set<string>();
  for (const [index, mount] of volumeMounts.entries()) {
    const at = `${path}.volumeMounts[${index}]`;
    if (!mount.name) yield field.required(`${at}.name`);
    if (!volumes.has(mount.name)) yield field.notFound(`${at}.name`, mount.name ?? "");
    if (!mount.mountPath) yield field.required(`${at}.mountPath`);
    else yield* noNulCauses(mount.mountPath, `${at}.mountPath`);
    if (mountPaths.has(mount.mountPath)) yield field.invalid(`${at}.mountPath`, mount.mountPath, "must be unique");
    mountPaths.add(mount.mountPath);
    if (volumeDevices.some((device) => device.name === mount.name)) {
      yield field.invalid(`${at}.name`, mount.name, "must not already exist in volumeDevices");
    }
    yield* mountDetailCauses(mount, { path: at, list: `${path}.volumeMounts`, canPropagate: isPrivileged(container) });
  }
  yield* devicesCauses(container, { path: `${path}.volumeDevices`, volumes });
}

function* mountDetailCauses(
  mount: NonNullable<Container["volumeMounts"]>[number],
  { path, list, canPropagate }: { path: string; list: string; canPropagate: boolean },
): Causes {
  const { subPath, subPathExpr, mountPropagation } = mount;
  // Upstream names these by the list, not by the item.
  if (subPath) yield* descendingPathCauses(subPath, `${list}.subPath`);
  if (subPathExpr) {
    const message = "subPathExpr and subPath are mutually exclusive";
    if (subPath) yield field.invalid(`${path}.subPathExpr`, subPathExpr, message);
    yield* descendingPathCauses(subPathExpr, `${list}.subPathExpr`);
  }
  const modes = ["Bidirectional", "HostToContainer", "None"];
  yield* oneOfIfAny(`${list}.mountPropagation`, mountPropagation, modes);
  if (mountPropagation === "Bidirectional" && !canPropagate) {
    const message = "Bidirectional mount propagation is available only to privileged containers";
    yield field.forbidden(`${list}.mountPropagation`, message);
  }
}

function* devicesCauses(container: Container, { path, volumes }: { path: string; volumes: VolumeNames }): Causes {
  const names = new Set<string>();
  const paths = new Set<string>();
  for (const [index, { name, devicePath }] of (container.volumeDevices ?? []).entries()) {
    const at = `${path}[${index}]`;
    if (!name) yield field.required(`${at}.name`);
    if (names.has(name)) yield field.invalid(`${at}.name`, name, "must be unique");
    const volume = volumes.get(name);
    if (volume === undefined) yield field.notFound(`${at}.name`, name ?? "");
    else if (!volume.isClaim) {
      const message = "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode";
      yield field.invalid(`${at}.name`, name, message);
    }
    if (!devicePath) yield field.required(`${at}.devicePath`);
    else if (paths.has(devicePath)) yield field.invalid(`${at}.devicePath`, devicePath, "must be unique");
    else if (hasBackstep(devicePath)) {
      yield field.invalid(`${at}.devicePath`, devicePath, "can not contain backsteps ('..')");
    }
    names.add(name);
    paths.add(devicePath);
  }
}

function comesFromClaim(volume: Volume): boolean {
  return volume.persistentVolumeClaim !== undefined || volume.ephemeral !== undefined;
}

function isPrivileged(container: Container): boolean {
  return container.securityContext?.privileged === true;
}
