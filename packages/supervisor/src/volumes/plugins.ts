import { describeError } from "@ordinal/runtime";
import type { Result, Volume } from "@ordinal/api";
import { emptyDirPlugin } from "./empty-dir/empty-dir.ts";
import { hostPathPlugin } from "./host/host-path.ts";
import { configMapPlugin, downwardApiPlugin, projectedPlugin, secretPlugin } from "./objects/plugins.ts";
import { ephemeralPlugin, persistentVolumeClaimPlugin } from "./persistent/claim.ts";
import type { MountedVolume, SetUpProblem, VolumeContext, VolumePlugin } from "./volume.ts";

/** Every kind of volume a pod may have here. A new one is a file of its own and a line here. */
const volumePlugins: readonly VolumePlugin[] = [
  persistentVolumeClaimPlugin,
  ephemeralPlugin,
  hostPathPlugin,
  emptyDirPlugin,
  configMapPlugin,
  secretPlugin,
  projectedPlugin,
  downwardApiPlugin,
];

/** Sets up one volume of a pod by the plugin for its kind. Repeatable. */
export async function setUpVolume(
  volume: Volume,
  context: VolumeContext,
): Promise<Result<MountedVolume, SetUpProblem>> {
  const plugin = volumePlugins.find(({ kind }) => volume[kind] !== undefined);
  const kind = Object.keys(volume).find((key) => key !== "name");
  if (plugin === undefined && kind !== undefined) {
    return { ok: false, error: { text: `volumes of kind ${kind} are not supported` } };
  }
  try {
    // An empty directory is upstream's default when a volume names no source.
    const result = await (plugin ?? emptyDirPlugin).setUp(volume, context);
    if (result.ok) return result;
    const { error } = result;
    return { ok: false, error: typeof error === "string" ? { text: error } : error };
  } catch (error) {
    // A full disk or a directory that cannot be read is not the end of it: the next try may work.
    return { ok: false, error: { text: describeError(error) } };
  }
}

/** Whether what is in the volume follows objects of the API while the pod runs. */
export function followsObjects(volume: Volume): boolean {
  return [volume.configMap, volume.secret, volume.projected, volume.downwardAPI].some((each) => each !== undefined);
}
