import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { RunSpec } from "../../pod-runtime.ts";
import type { HostTools, SandboxTools } from "../commands/host-tools.ts";
import type { Launch, OpenPod } from "../core/backend.ts";
import type { RunPlace } from "../core/places.ts";
import { runRecord } from "../core/records.ts";
import { entryScript, failFunction } from "../shim/entry-script.ts";
import { quote } from "../shim/quote.ts";
import { becomeCommand } from "./capabilities.ts";
import { rootTable } from "./container-mounts.ts";
import type { RootPart, VolumeMount } from "./container-mounts.ts";
import { hostView } from "./dev-template.ts";
import type { LayerRoom } from "./layer-room.ts";
import { makeLike, placeFile } from "./layers.ts";
import type { Layer } from "./layers.ts";
import { linkPodFiles } from "./pod-files.ts";
import { enterPod } from "./pod-namespaces.ts";
import { resolveVolumes, volumeScript, writeVolumeTables } from "./volumes.ts";

/** What every container on this host is made from. */
export interface SandboxHost {
  readonly tools: SandboxTools & HostTools & { readonly setpriv: string };
  readonly capabilities: readonly string[];
  readonly devTemplate: string;
  readonly room: LayerRoom;
  /** The host's file systems that containers see, parents first, and whether they can be written to there. */
  readonly fileSystems: readonly { readonly at: string; readonly writable: boolean }[];
  readonly hidden: readonly string[];
  readonly readOnlyProc: readonly string[];
}

interface Preparation {
  readonly place: RunPlace;
  readonly spec: RunSpec;
}

/** Puts everything of a container in place that can be before it has namespaces, and writes the script for the rest. */
export async function prepareRun(host: SandboxHost, pod: OpenPod, { place, spec }: Preparation): Promise<Launch> {
  const { directory } = place;
  const [volumes] = await Promise.all([
    prepareVolumes(place, spec),
    prepareRoot(host, pod, { place, spec }),
    mkdir(join(directory, "root")),
  ]);
  return {
    beforeShim: [host.tools.unshare, "--pid"],
    beforeInit: [...enterPod(host.tools, pod.place), host.tools.unshare, "--mount", "--propagation", "private"],
    init: initScript(host, { place, spec, volumes }),
  };
}

async function prepareVolumes({ directory }: RunPlace, { mounts }: RunSpec): Promise<readonly VolumeMount[]> {
  const volumes = await resolveVolumes(mounts);
  await writeVolumeTables(directory, volumes);
  return volumes;
}

async function prepareRoot(host: SandboxHost, pod: OpenPod, { place, spec }: Preparation): Promise<void> {
  const { directory } = place;
  const { devTemplate, hidden, readOnlyProc } = host;
  const [parts] = await Promise.all([makeParts(host, place), makeRunDirectory(join(directory, "run"))]);
  const layers = layersFor(parts, directory);
  const table = rootTable({ directory, devTemplate, parts, hidden, readOnlyProc });
  await Promise.all([writeFile(join(directory, "fstab"), table), linkPodFiles(pod.place, layers)]);
  for (const file of spec.files) await placeFile(layers, file);
}

async function makeParts({ room, fileSystems }: SandboxHost, place: RunPlace): Promise<readonly RootPart[]> {
  await room.make(place);
  return await Promise.all(
    fileSystems.map(async ({ at, writable }, number) => {
      if (!writable) return { at };
      const [upper, work] = [`layers/upper${number}`, `layers/work${number}`];
      await makeLike(join(place.directory, upper), at);
      await mkdir(join(place.directory, work));
      return { at, layer: { upper, work } };
    }),
  );
}

/** The directories that stand for parts of the file system that can be written to beforehand. */
function layersFor(parts: readonly RootPart[], directory: string): readonly Layer[] {
  const overlays = parts.flatMap(({ at, layer }) =>
    layer === undefined ? [] : [{ at, upper: join(directory, layer.upper) }],
  );
  return [...overlays, { at: "/run", upper: join(directory, "run") }];
}

/** The container's own /run: the host's has sockets and the process ids of another world. */
async function makeRunDirectory(path: string): Promise<void> {
  await mkdir(join(path, "lock"), { recursive: true });
  await chmod(path, 0o755);
  await chmod(join(path, "lock"), 0o1777);
}

/**
 * The host's tree is moved below /dev when the container's takes its place, so that volumes can still be mounted from
 * it, and is let go of last. The shell has this script open all along.
 */
function initScript(host: SandboxHost, run: Preparation & { readonly volumes: readonly VolumeMount[] }): string {
  const { mount, umount, pivot_root: pivotRoot, env, script, setpriv } = host.tools;
  const { directory } = run.place;
  const record = runRecord(run.spec);
  const become = becomeCommand(setpriv, { ...record, capabilities: host.capabilities });
  return `${failFunction}umask 022
${mount} -a -T fstab 2>&3 || fail 'cannot mount the root file system'
cd root && ${pivotRoot} . ${quote(`dev/${hostView}`)} 2>&3 && cd / || fail 'cannot change the root file system'
${volumeScript(run.volumes, { directory, mount })}${umount} -l ${quote(`/dev/${hostView}`)} 2>&3 || fail 'cannot let go of the host'
${entryScript(record, { env, script, become })}`;
}
