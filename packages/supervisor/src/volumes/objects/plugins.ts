import { join } from "node:path";
import type { Result, Volume } from "@ordinal/api";
import type { MountedVolume, VolumeContext, VolumePlugin } from "../volume.ts";
import { writeAtomically, type VolumeFile } from "./atomic-files.ts";
import { configMapFiles, downwardFiles, secretFiles, type KeysWanted } from "./object-files.ts";

type Files = Result<readonly VolumeFile[], string>;
type Projection = NonNullable<NonNullable<Volume["projected"]>["sources"]>[number];

const usualMode = 0o644;

/** A config map's keys as files. */
export const configMapPlugin: VolumePlugin = {
  kind: "configMap",
  async setUp({ configMap = {} }, context) {
    const wanted = wants("configmap", configMap.name, configMap);
    const files = configMapFiles(await context.sources.configMap(wanted.name), wanted);
    return await put(files, context.directory, context);
  },
};

/** A secret's keys as files, in memory where that can be had. */
export const secretPlugin: VolumePlugin = {
  kind: "secret",
  async setUp({ name, secret = {} }, context) {
    const wanted = wants("secret", secret.secretName, secret);
    const files = secretFiles(await context.sources.secret(wanted.name), wanted);
    return await put(files, await memoryDirectory(name, context), context);
  },
};

/** Facts about the pod as files. */
export const downwardApiPlugin: VolumePlugin = {
  kind: "downwardAPI",
  async setUp({ name, downwardAPI = {} }, context) {
    const files = downwardFiles(downwardAPI.items ?? [], context, downwardAPI.defaultMode ?? usualMode);
    return await put(files, await memoryDirectory(name, context), context);
  },
};

/** Several of the above in one directory. A path that two sources have is the later one's. */
export const projectedPlugin: VolumePlugin = {
  kind: "projected",
  async setUp({ name, projected }, context) {
    const mode = projected?.defaultMode ?? usualMode;
    const files = new Map<string, VolumeFile>();
    for (const source of projected?.sources ?? []) {
      const projection = await project(source, context, mode);
      if (!projection.ok) return projection;
      for (const file of projection.value) files.set(file.path, file);
    }
    return await put({ ok: true, value: [...files.values()] }, await memoryDirectory(name, context), context);
  },
};

async function project(source: Projection, context: VolumeContext, defaultMode: number): Promise<Files> {
  if (source.configMap !== undefined) {
    const wanted = wants("configmap", source.configMap.name, { ...source.configMap, defaultMode });
    return configMapFiles(await context.sources.configMap(wanted.name), wanted);
  }
  if (source.secret !== undefined) {
    const wanted = wants("secret", source.secret.name, { ...source.secret, defaultMode });
    return secretFiles(await context.sources.secret(wanted.name), wanted);
  }
  if (source.downwardAPI !== undefined) return downwardFiles(source.downwardAPI.items ?? [], context, defaultMode);
  const [kind = "nothing"] = Object.keys(source);
  return { ok: false, error: `projected source ${kind} is not supported; configMap, secret and downwardAPI are` };
}

interface Reference {
  readonly items?: KeysWanted["items"];
  readonly defaultMode?: number;
  readonly optional?: boolean;
}

function wants(kind: KeysWanted["kind"], name: string | undefined, reference: Reference): KeysWanted {
  const { items, defaultMode = usualMode, optional = false } = reference;
  return { kind, name: name ?? "", mode: defaultMode, optional, ...(items === undefined ? {} : { items }) };
}

/** Not on the disk, except in the process runtime, where it is the directory that goes with the pod. */
async function memoryDirectory(volume: string, { host, pod, directory }: VolumeContext): Promise<string> {
  return host.memory === undefined ? directory : join(await host.memory.directoryOf(pod.metadata.uid), volume);
}

async function put(
  files: Files,
  directory: string,
  { host, pod }: VolumeContext,
): Promise<Result<MountedVolume, string>> {
  if (!files.ok) return files;
  const fsGroup = host.isRoot ? pod.spec.securityContext?.fsGroup : undefined;
  await writeAtomically(directory, files.value, {
    nowMs: host.clock.now(),
    ...(fsGroup === undefined ? {} : { fsGroup }),
  });
  return { ok: true, value: { source: directory, readOnly: true } };
}
