import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { findSandboxTools } from "../commands/host-tools.ts";
import type { SandboxTools } from "../commands/host-tools.ts";
import { runCommand } from "../commands/run-command.ts";
import { overlayError } from "../sandbox/overlay-error.ts";
import type { HostFacts } from "./choose-runtime.ts";

/** Tries out, in namespaces that are gone at once, what sandboxes need. `stateDir` is made if it is not there. */
export async function probeHost(stateDir: string): Promise<HostFacts> {
  const facts = { platform: process.platform, isRoot: process.getuid?.() === 0 };
  const found = facts.platform === "linux" ? await findSandboxTools() : { ok: false as const, missing: [] };
  if (!found.ok) return { ...facts, missingPrograms: found.missing };
  if (!facts.isRoot) return { ...facts, missingPrograms: [] };
  const [namespaces, overlay] = await Promise.all([tryNamespaces(found.tools), tryOverlay(found.tools, stateDir)]);
  return {
    ...facts,
    missingPrograms: [],
    ...(namespaces === undefined ? {} : { namespaceError: namespaces }),
    ...(overlay === undefined ? {} : { overlayError: overlay }),
  };
}

async function tryNamespaces({ unshare, mount }: SandboxTools): Promise<string | undefined> {
  const kinds = ["--net", "--uts", "--ipc", "--pid", "--fork", "--mount", "--propagation", "private"];
  const { code, stderr } = await runCommand([unshare, ...kinds, mount, "-t", "proc", "proc", "/proc"]);
  return code === 0 ? undefined : stderr;
}

/** In the directory, or in memory where the directory's file system cannot hold layers. */
async function tryOverlay(tools: SandboxTools, stateDir: string): Promise<string | undefined> {
  const directory = join(stateDir, ".overlay-trial");
  const onDisk = await overlayError(tools, { lower: "/", directory });
  if (onDisk === undefined) return undefined;
  await mkdir(directory, { recursive: true });
  // The shell stays on the file system below until it goes to the directory again.
  const script = `${tools.mount} -t tmpfs tmpfs "$PWD" && cd "$PWD" && mkdir upper work root &&
exec ${tools.mount} -t overlay -o lowerdir=/,upperdir=upper,workdir=work overlay "$PWD/root"`;
  const alone = [tools.unshare, "--mount", "--propagation", "private"];
  const { code, stderr } = await runCommand([...alone, "/bin/sh", "-c", script], { cwd: directory });
  await rm(directory, { recursive: true, force: true });
  return code === 0 ? undefined : stderr;
}
