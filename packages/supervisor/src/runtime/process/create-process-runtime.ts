import { mkdir, realpath } from "node:fs/promises";
import { join } from "node:path";
import { findHostTools } from "../commands/host-tools.ts";
import { createRuntime } from "../core/create-runtime.ts";
import type { RuntimeOptions } from "../core/create-runtime.ts";
import { createTrash } from "../core/trash.ts";
import type { HostRuntime } from "../core/host-runtime.ts";
import { createProcessBackend } from "./process-backend.ts";

export type ProcessRuntimeOptions = RuntimeOptions;

/**
 * Pods as plain processes, for hosts without namespaces or without root. Each has its own address in `podCidr`, which
 * must be within 127.0.0.0/8. Mounts, files, resolv.conf and hostname are taken and have no effect. Call `adopt` next,
 * and before anything else.
 */
export async function createProcessRuntime(options: ProcessRuntimeOptions): Promise<HostRuntime> {
  const tools = await findHostTools();
  await mkdir(options.stateDir, { recursive: true });
  const stateDir = await realpath(options.stateDir);
  const backend = createProcessBackend({ tools, isRoot: process.getuid?.() === 0 }, options.podCidr, options.clock);
  const trash = await createTrash(join(stateDir, ".trash"), options.log);
  return await createRuntime(backend, { ...options, stateDir, trash, logger: tools.logger });
}
