import { mkdir, readFile, realpath } from "node:fs/promises";
import { join } from "node:path";
import { hasCode } from "@ordinal/runtime";
import { findHostTools, findSandboxTools } from "../commands/host-tools.ts";
import { createRuntime } from "../core/create-runtime.ts";
import type { RuntimeOptions } from "../core/create-runtime.ts";
import { createTrash } from "../core/trash.ts";
import type { Trash } from "../core/trash.ts";
import type { HostRuntime } from "../core/host-runtime.ts";
import { describeNetwork } from "../network/plan-network.ts";
import { setUpNetwork } from "../network/set-up-network.ts";
import { grantedCapabilities } from "./capabilities.ts";
import { makeDevTemplate } from "./dev-template.ts";
import { createLayerRoom } from "./layer-room.ts";
import { parseMountInfo } from "./mount-info.ts";
import { overlayError } from "./overlay-error.ts";
import { planHidden, planRoot } from "./plan-root.ts";
import type { SandboxHost } from "./prepare-run.ts";
import { createSandboxBackend } from "./sandbox-backend.ts";

export interface SandboxRuntimeOptions extends RuntimeOptions {
  /** Every address of it is made one of this host, for the processes that serve services. */
  readonly serviceCidr: string;
  /** Directories that are empty in containers, such as the data directory. */
  readonly hiddenPaths: readonly string[];
  /** Files that containers must be able to see although they may be on a file system of their own. */
  readonly neededPaths?: readonly string[];
}

/** Directories of /proc that change the host when written. Source: the read-only paths of Docker. */
const dangerousProc = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

/**
 * Pods in namespaces of their own, for Linux as root. Sets up what all pods share, or finds it set up; rejects, saying
 * what to change, when that cannot be. Call `adopt` next, and before anything else.
 */
export async function createSandboxRuntime(options: SandboxRuntimeOptions): Promise<HostRuntime> {
  const { clock, podCidr, serviceCidr } = options;
  await mkdir(options.stateDir, { recursive: true });
  const stateDir = await realpath(options.stateDir);
  const network = describeNetwork({ stateDir, podCidr, serviceCidr });
  const tools = await findTools();
  const trash = await createTrash(join(stateDir, ".trash"), options.log);
  const work = [describeHost({ ...options, stateDir, trash }, tools), setUpNetwork(tools.ip, network)] as const;
  // Neither goes on in the directory after the other was refused.
  await Promise.allSettled(work);
  const [host] = await Promise.all(work);
  const backend = createSandboxBackend(host, network, clock);
  return await createRuntime(backend, { ...options, stateDir, trash, logger: tools.logger });
}

async function findTools(): Promise<SandboxHost["tools"]> {
  const [found, hostTools] = await Promise.all([findSandboxTools(), findHostTools()]);
  if (!found.ok) throw new Error(`sandboxes need the programs ${found.missing.join(", ")}`);
  return { ...hostTools, ...found.tools };
}

async function describeHost(
  options: SandboxRuntimeOptions & { readonly trash: Trash },
  tools: SandboxHost["tools"],
): Promise<SandboxHost> {
  const { stateDir, trash, neededPaths = [process.execPath, import.meta.dirname] } = options;
  const mounts = parseMountInfo(await readFile("/proc/self/mountinfo", "utf8"));
  const isMounted = (path: string): boolean => mounts.some((mount) => mount.path === path);
  const room = await createLayerRoom({ stateDir, tools, trash, isMounted });
  const hidden = await Promise.all([...options.hiddenPaths, stateDir].map(realPathIfPresent));
  const paths = { hidden: hidden.filter((path) => path !== undefined), needed: neededPaths };
  const seen = planRoot(mounts, paths);
  const fileSystems = [{ at: "/", writable: true }];
  for (const at of seen) {
    const error = await overlayError(tools, { lower: at, directory: room.probe });
    fileSystems.push({ at, writable: error === undefined });
  }
  const devTemplate = join(stateDir, ".dev");
  await makeDevTemplate(devTemplate);
  const readOnlyProc = await Promise.all(dangerousProc.map(realPathIfPresent));
  return {
    tools,
    capabilities: grantedCapabilities(await readFile("/proc/self/status", "utf8")),
    devTemplate,
    room,
    fileSystems,
    hidden: withoutNested(planHidden(mounts, { hidden: paths.hidden, seen })),
    readOnlyProc: readOnlyProc.filter((path) => path !== undefined),
  };
}

/** A path below a hidden one is not there to be hidden. */
function withoutNested(paths: readonly string[]): readonly string[] {
  const unique = [...new Set(paths)];
  return unique.filter((path) => !unique.some((other) => other !== path && path.startsWith(`${other}/`)));
}

async function realPathIfPresent(path: string): Promise<string | undefined> {
  try {
    return await realpath(path);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}
