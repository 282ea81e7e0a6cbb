import { realpath, stat, writeFile } from "node:fs/promises";
import { posix } from "node:path";
import { hasCode } from "@ordinal/runtime";
import { StartError } from "../../pod-runtime.ts";
import type { Mount } from "../../pod-runtime.ts";
import { quote } from "../shim/quote.ts";
import { volumeTable } from "./container-mounts.ts";
import type { VolumeMount } from "./container-mounts.ts";
import { hostView } from "./dev-template.ts";

/** The volumes as they are to be mounted: what is mounted in another volume after it, files last. */
export async function resolveVolumes(mounts: readonly Mount[]): Promise<readonly VolumeMount[]> {
  const volumes = await Promise.all(mounts.map(resolveVolume));
  return volumes.toSorted((a, b) => Number(b.isDirectory) - Number(a.isDirectory) || a.target.length - b.target.length);
}

/** Writes the tables that `volumeScript` mounts. */
export async function writeVolumeTables(directory: string, volumes: readonly VolumeMount[]): Promise<void> {
  const [directories, files] = split(volumes);
  if (directories.length > 0) await writeFile(posix.join(directory, "directories"), volumeTable(directories));
  if (files.length > 0) await writeFile(posix.join(directory, "files"), volumeTable(files));
}

/** Lines of `init`, inside the new root. Only directories can be made by mount(8) itself. */
export function volumeScript(
  volumes: readonly VolumeMount[],
  { directory, mount }: { readonly directory: string; readonly mount: string },
): string {
  const [directories, files] = split(volumes);
  const mountAll = (name: string): string => {
    return `${mount} -a -T ${quote(`/dev/${hostView}${directory}/${name}`)} 2>&3 || fail 'cannot mount the volumes'\n`;
  };
  const lines = files.map(({ target }) => {
    const [parent, path] = [quote(posix.dirname(target)), quote(target)];
    return `[ -e ${path} ] || { mkdir -p ${parent} && true >${path}; } 2>&3 || fail 'cannot make a place for a file'\n`;
  });
  return [
    ...(directories.length > 0 ? [mountAll("directories")] : []),
    ...lines,
    ...(files.length > 0 ? [mountAll("files")] : []),
  ].join("");
}

function split(volumes: readonly VolumeMount[]): readonly [readonly VolumeMount[], readonly VolumeMount[]] {
  return [volumes.filter(({ isDirectory }) => isDirectory), volumes.filter(({ isDirectory }) => !isDirectory)];
}

async function resolveVolume({ source, target, readOnly, options = [] }: Mount): Promise<VolumeMount> {
  try {
    // The links in it are the host's, and would be read as the container's.
    const real = await realpath(source);
    const isDirectory = (await stat(real)).isDirectory();
    return { source: real, target: posix.normalize(target), readOnly, options, isDirectory };
  } catch (error) {
    if (!hasCode(error, "ENOENT", "ENOTDIR", "ELOOP")) throw error;
    throw new StartError(`failed to stat ${JSON.stringify(source)}: no such file or directory`, { cause: error });
  }
}
