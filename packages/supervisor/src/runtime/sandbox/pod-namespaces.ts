import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { mustRun, runCommand } from "../commands/run-command.ts";
import type { SandboxTools } from "../commands/host-tools.ts";
import type { OpenPod } from "../core/backend.ts";
import type { PodPlace } from "../core/places.ts";
import { quote } from "../shim/quote.ts";
import { isWithin, parseMountInfo } from "./mount-info.ts";

const kinds = ["net", "uts", "ipc"] as const;

/** How a pod is connected: the bridge, its own address with the prefix length, and the way to everything else. */
export interface PodLink {
  readonly bridge: string;
  readonly address: string;
  readonly prefixLength: number;
  readonly gateway: string;
}

/**
 * Makes the pod's namespaces, held by bind mounts and no process, with a link to the bridge. The link is made from
 * inside, its other end put where the shell is, which saves a process.
 */
export async function makeNamespaces(tools: SandboxTools, pod: OpenPod, link: PodLink): Promise<void> {
  const { place, hostname } = pod;
  await mkdir(join(place.directory, "ns"), { recursive: true, mode: 0o700 });
  await Promise.all(kinds.map(async (kind) => await writeFile(pin(place, kind), "")));
  const holds = kinds.map((kind) => quote(`--${kind}=${pin(place, kind)}`)).join(" ");
  const inside = `echo "$1" >/proc/sys/kernel/hostname && exec ${tools.ip} -batch -`;
  const host = linkName(place.podUid);
  const script = `${tools.unshare} ${holds} /bin/sh -c ${quote(inside)} sh ${quote(hostname)} <<END || exit
link add eth0 type veth peer name ${host} netns $$
link set lo up
addr add ${link.address}/${link.prefixLength} dev eth0
link set eth0 up
route add default via ${link.gateway}
END
exec ${tools.ip} link set ${host} master ${link.bridge} up`;
  await mustRun(["/bin/sh", "-c", script]);
}

/** Words that lead into the pod's namespaces. */
export function enterPod(tools: SandboxTools, place: PodPlace): readonly string[] {
  return [tools.nsenter, ...kinds.map((kind) => `--${kind}=${pin(place, kind)}`)];
}

/** Words that lead into the pod's network alone. */
export function enterNetwork(tools: SandboxTools, place: PodPlace): readonly string[] {
  return [tools.nsenter, `--net=${pin(place, "net")}`];
}

/** Looks at the mounts once, and tells of any pod whether its namespaces are held. */
export async function findNamespaces(): Promise<(place: PodPlace) => boolean> {
  const mounted = new Set(await mountPaths());
  return (place) => kinds.every((kind) => mounted.has(pin(place, kind)));
}

/**
 * Removes every mount below the pod's directory. The network goes with the last process in it, and its link with the
 * network; removing the link by name would wait for the kernel, pod after pod.
 */
export async function removeNamespaces(tools: SandboxTools, place: PodPlace): Promise<void> {
  const { code } = await runCommand([tools.umount, "-l", ...kinds.map((kind) => pin(place, kind))]);
  if (code === 0) return;
  const left = (await mountPaths()).filter((path) => isWithin(path, place.directory));
  if (left.length > 0) await mustRun([tools.umount, "-l", ...left]);
}

/** The host's end of a pod's link; at most 15 characters. */
export function linkName(podUid: string): string {
  return `ord${createHash("sha256").update(podUid).digest("hex").slice(0, 12)}`;
}

/** Last mounted first. */
async function mountPaths(): Promise<readonly string[]> {
  return parseMountInfo(await readFile("/proc/self/mountinfo", "utf8"))
    .map(({ path }) => path)
    .toReversed();
}

function pin({ directory }: PodPlace, kind: (typeof kinds)[number]): string {
  return join(directory, "ns", kind);
}
