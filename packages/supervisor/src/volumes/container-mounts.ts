import type { Container, Result } from "@ordinal/api";
import { describeError } from "@ordinal/runtime";
import { expandVariables, missingVariable } from "../environment/expand.ts";
import type { Mount } from "../pod-runtime.ts";
import type { MountedVolumes } from "./pod-volumes.ts";
import { bindSubPath } from "./sub-path/bind-sub-path.ts";
import { resolveSubPath } from "./sub-path/resolve-sub-path.ts";
import type { VolumeHost } from "./volume.ts";

export interface ContainerMountsOptions {
  readonly volumes: MountedVolumes;
  readonly env: Readonly<Record<string, string>>;
  readonly host: VolumeHost;
  /** `pods/<uid>`. */
  readonly podDirectory: string;
}

type VolumeMount = NonNullable<Container["volumeMounts"]>[number];

/** Where a container's volumeMounts go. An error is text for the status: CreateContainerConfigError. Source: kubelet makeMounts. */
export async function containerMounts(
  container: Container,
  options: ContainerMountsOptions,
): Promise<Result<readonly Mount[], string>> {
  const mounts: Mount[] = [];
  for (const [index, volumeMount] of (container.volumeMounts ?? []).entries()) {
    const { name, mountPath, readOnly = false } = volumeMount;
    const volume = options.volumes.get(name);
    if (volume === undefined) {
      const [wanted, into] = [JSON.stringify(name), JSON.stringify(container.name)];
      return { ok: false, error: `cannot find volume ${wanted} to mount into container ${into}` };
    }
    const problem = propagationProblem(volumeMount) ?? recursionProblem(volumeMount);
    if (problem !== undefined) return { ok: false, error: problem };
    const source = await sourceOf(volumeMount, { ...options, container, index, source: volume.source });
    if (!source.ok) return source;
    const { mountOptions = [] } = volume;
    const flags = mountOptions.length === 0 ? {} : { options: mountOptions };
    mounts.push({ source: source.value, target: mountPath, readOnly: readOnly || volume.readOnly, ...flags });
  }
  return { ok: true, value: mounts };
}

async function sourceOf(
  { name, subPath = "", subPathExpr }: VolumeMount,
  {
    container,
    index,
    source,
    env,
    host,
    podDirectory,
  }: ContainerMountsOptions & { readonly container: Container; readonly index: number; readonly source: string },
): Promise<Result<string, string>> {
  const missing = missingVariable(subPathExpr ?? "", env);
  if (missing !== undefined) return { ok: false, error: `missing value for ${JSON.stringify(missing)}` };
  const inside = subPathExpr === undefined ? subPath : expandVariables(subPathExpr, env);
  if (inside === "") return { ok: true, value: source };
  const place = { podDirectory, volume: name, container: container.name, index };
  const found = await findSubPath({ source, subPath: inside, place }, host);
  if (found.ok) return found;
  const [volume, into] = [JSON.stringify(name), JSON.stringify(container.name)];
  const error = `failed to prepare subPath for volumeMount ${volume} of container ${into}: ${found.error}`;
  return { ok: false, error };
}

async function findSubPath(
  wanted: Parameters<typeof bindSubPath>[0],
  { mounter }: VolumeHost,
): Promise<Result<string, string>> {
  try {
    if (mounter === undefined) return await resolveSubPath(wanted.source, wanted.subPath);
    return await bindSubPath(wanted, mounter);
  } catch (error) {
    // A full disk or a volume that cannot be read: it is tried again.
    return { ok: false, error: describeError(error) };
  }
}

/** Mounts made later on the host or in the pod stay where they were made. */
function propagationProblem({ name, mountPropagation = "None" }: VolumeMount): string | undefined {
  if (mountPropagation === "None") return undefined;
  return `volume ${JSON.stringify(name)} asks for mountPropagation ${mountPropagation}; there is None only`;
}

/** Source: kubelet resolveRecursiveReadOnly, for a runtime that cannot do it. */
function recursionProblem({ name, recursiveReadOnly = "Disabled" }: VolumeMount): string | undefined {
  const volume = `volume ${JSON.stringify(name)}`;
  switch (recursiveReadOnly) {
    case "Disabled":
    case "IfPossible":
      return undefined;
    case "Enabled":
      return `${volume} requested recursive read-only mode, but it is not supported by the runtime`;
    default:
      return `${volume}: unknown recursive read-only mode ${JSON.stringify(recursiveReadOnly)}`;
  }
}
