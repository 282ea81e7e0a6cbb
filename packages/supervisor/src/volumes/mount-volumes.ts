import { join } from "node:path";
import type { Container, Pod, Result, Volume } from "@ordinal/api";
import { expandVariables } from "../environment/expand.ts";
import type { Mount } from "../pod-runtime.ts";
import { emptyDirPlugin } from "./empty-dir.ts";
import { hostPathPlugin } from "./host/host-path.ts";
import { configMapPlugin, downwardApiPlugin, projectedPlugin, secretPlugin } from "./objects/plugins.ts";
import { persistentVolumeClaimPlugin } from "./persistent/claim.ts";
import { resolveSubPath } from "./sub-path.ts";
import type { MountedVolume, VolumeContext, VolumePlugin } from "./volume.ts";

/** Every kind of volume a pod may have here. */
const volumePlugins: readonly VolumePlugin[] = [
  persistentVolumeClaimPlugin,
  hostPathPlugin,
  emptyDirPlugin,
  configMapPlugin,
  secretPlugin,
  projectedPlugin,
  downwardApiPlugin,
];

/** The volumes of a pod by name. */
export type MountedVolumes = ReadonlyMap<string, MountedVolume>;

/** Sets up all volumes of a pod below `directory`. An error is the text of a FailedMount event. */
export async function mountVolumes(
  pod: Pod,
  context: Omit<VolumeContext, "pod">,
): Promise<Result<MountedVolumes, string>> {
  const mounted = new Map<string, MountedVolume>();
  for (const volume of pod.spec.volumes ?? []) {
    const result = await mountOne(volume, { ...context, pod, directory: join(context.directory, volume.name) });
    const prefix = `MountVolume.SetUp failed for volume ${JSON.stringify(volume.name)} : `;
    if (!result.ok) return { ok: false, error: prefix + result.error };
    mounted.set(volume.name, result.value);
  }
  return { ok: true, value: mounted };
}

async function mountOne(volume: Volume, context: VolumeContext): Promise<Result<MountedVolume, string>> {
  const plugin = volumePlugins.find(({ kind }) => volume[kind] !== undefined);
  if (plugin !== undefined) return await plugin.setUp(volume, context);
  const kind = Object.keys(volume).find((key) => key !== "name");
  // Upstream's default when a volume names no source.
  if (kind === undefined) return await emptyDirPlugin.setUp(volume, context);
  return { ok: false, error: `volumes of kind ${kind} are not supported` };
}

/** Where a container's volumeMounts go. An error is text for the status: CreateContainerConfigError. */
export async function containerMounts(
  container: Container,
  volumes: MountedVolumes,
  env: Readonly<Record<string, string>>,
): Promise<Result<readonly Mount[], string>> {
  const mounts: Mount[] = [];
  for (const { name, mountPath, subPath, subPathExpr, readOnly = false } of container.volumeMounts ?? []) {
    const volume = volumes.get(name);
    if (volume === undefined)
      return {
        ok: false,
        error: `cannot find volume ${JSON.stringify(name)} to mount into container ${JSON.stringify(container.name)}`,
      };
    const inside = subPathExpr === undefined ? (subPath ?? "") : expandVariables(subPathExpr, env);
    const source = inside === "" ? volume.source : await resolveSubPath(volume.source, inside);
    if (typeof source !== "string" && !source.ok) {
      return {
        ok: false,
        error: `failed to prepare subPath for volumeMount ${JSON.stringify(name)} of container ${JSON.stringify(container.name)}: ${source.error}`,
      };
    }
    mounts.push({
      source: typeof source === "string" ? source : source.value,
      target: mountPath,
      readOnly: readOnly || volume.readOnly,
    });
  }
  return { ok: true, value: mounts };
}
