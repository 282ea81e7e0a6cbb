import { join } from "node:path";
import type { Container, Pod, Result } from "@ordinal/api";
import { buildEnvironment, defaultPath } from "../environment/environment.ts";
import { expandVariables } from "../environment/expand.ts";
import { podHostname } from "../environment/hosts.ts";
import { servicesFor, serviceVariables } from "../environment/service-variables.ts";
import type { ImageChoice } from "../images/choose-image.ts";
import { covering, layOutImage, locate, type Layout } from "../images/layout.ts";
import { render } from "../images/template.ts";
import { webServerScript } from "../web/web-server-script.ts";
import type { Mount, RunSpec } from "../pod-runtime.ts";
import { containerMounts } from "../volumes/container-mounts.ts";
import type { MountedVolumes } from "../volumes/pod-volumes.ts";
import { createApiSources } from "./api-sources.ts";
import type { WorkerContext } from "./worker-context.ts";

export interface RunRequest {
  readonly pod: Pod;
  readonly container: Container;
  readonly attempt: number;
  readonly image: ImageChoice;
  readonly volumes: MountedVolumes;
  /** The pod's own address. */
  readonly address: string;
}

/** Everything the runtime needs for one run. An error is text for the status: CreateContainerConfigError. */
export async function buildRun(request: RunRequest, context: WorkerContext): Promise<Result<RunSpec, string>> {
  const { pod, container, attempt, image, volumes } = request;
  const env = await containerEnvironment(request, context);
  if (!env.ok) return env;
  const podDirectory = context.settings.podDirectory(pod.metadata.uid);
  const mounts = await containerMounts(container, { volumes, env: env.value, host: context.volumeHost, podDirectory });
  if (!mounts.ok) return mounts;
  const layout = await layOut(request, mounts.value, context);
  const workingDir = workingDirOf(request, { runtime: context.runtime.kind, mounts: layout?.mounts ?? mounts.value });
  const user = userOf(pod, container, image);
  const groups = groupsOf(pod);
  return {
    ok: true,
    value: {
      podUid: pod.metadata.uid,
      container: container.name,
      attempt,
      argv: argvOf(container, image, { env: env.value, ...(layout === undefined ? {} : { layout }) }),
      env: env.value,
      mounts: layout?.mounts ?? mounts.value,
      files: layout?.files ?? [],
      stdin: container.stdin === true,
      stdinOnce: container.stdinOnce === true,
      tty: container.tty === true,
      ...(workingDir === undefined ? {} : { workingDir }),
      ...(user === undefined ? {} : { user }),
      ...(groups.length === 0 ? {} : { groups }),
    },
  };
}

async function containerEnvironment(
  { pod, container, address, image }: Omit<RunRequest, "attempt" | "volumes">,
  { client, names, settings }: WorkerContext,
): Promise<Result<Record<string, string>, string>> {
  const namespace = pod.metadata.namespace ?? "";
  const uid = userOf(pod, container, image)?.uid ?? 0;
  const enableServiceLinks = pod.spec.enableServiceLinks !== false;
  return await buildEnvironment({
    pod,
    container,
    facts: { podIP: address, hostIP: settings.hostIP },
    capacity: settings.capacity,
    sources: createApiSources(client, namespace),
    base: {
      PATH: defaultPath,
      HOME: uid === 0 ? "/root" : "/",
      HOSTNAME: podHostname(pod),
      ...(container.tty === true ? { TERM: "xterm" } : {}),
      ...image.profile?.env,
      ...serviceVariables(servicesFor({ namespace, enableServiceLinks }, names.services())),
    },
  });
}

async function layOut(
  { pod, container, image, address }: RunRequest,
  mounts: readonly Mount[],
  { runtime, settings }: WorkerContext,
): Promise<Layout | undefined> {
  if (image.profile === undefined) return undefined;
  return await layOutImage({
    profile: image.profile,
    runtime: runtime.kind,
    mounts,
    directory: join(settings.podDirectory(pod.metadata.uid), "images", container.name),
    values: {
      address,
      listen: runtime.kind === "sandbox" ? "0.0.0.0" : address,
      hostname: podHostname(pod),
      node: settings.nodeProgram,
      webServer: webServerScript,
    },
  });
}

/** The pod's command and args take the place of the image's, as ENTRYPOINT and CMD go. */
function argvOf(
  { command = [], args = [] }: Container,
  { profile }: ImageChoice,
  { env, layout }: { readonly env: Readonly<Record<string, string>>; readonly layout?: Layout },
): readonly string[] {
  const expanded = (words: readonly string[]): readonly string[] => words.map((word) => expandVariables(word, env));
  const rendered = (words: readonly string[]): readonly string[] =>
    layout === undefined ? [] : words.map((word) => render(word, layout.values));
  if (command.length > 0) return [...expanded(command), ...expanded(args)];
  const entrypoint = rendered(profile?.entrypoint ?? []);
  return [...entrypoint, ...(args.length > 0 ? expanded(args) : rendered(profile?.args ?? []))];
}

function workingDirOf(
  { container, image }: RunRequest,
  { runtime, mounts }: { readonly runtime: "sandbox" | "process"; readonly mounts: readonly Mount[] },
): string | undefined {
  const path = container.workingDir ?? image.profile?.workingDir;
  if (path === undefined || path === "") return undefined;
  // Without a sandbox a mounted directory is found where the host has it, and any other is the host's own.
  return covering(mounts, path) === undefined ? path : locate(path, { runtime, mounts, directory: "/" });
}

/** A group alone changes the group that the image's user, or root, runs in. */
function userOf(pod: Pod, container: Container, { profile }: ImageChoice): RunSpec["user"] {
  const uid = container.securityContext?.runAsUser ?? pod.spec.securityContext?.runAsUser;
  const gid = container.securityContext?.runAsGroup ?? pod.spec.securityContext?.runAsGroup;
  if (uid !== undefined) return { uid, gid: gid ?? 0 };
  return gid === undefined ? profile?.user : { uid: profile?.user?.uid ?? 0, gid };
}

/** Every container is in the group that the pod's volumes are given to. Source: kubelet `determineEffectiveSecurityContext`. */
function groupsOf({ spec: { securityContext = {} } }: Pod): readonly number[] {
  const { fsGroup, supplementalGroups = [] } = securityContext;
  return [...new Set([...(fsGroup === undefined ? [] : [fsGroup]), ...supplementalGroups])];
}
