import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { parseLocalPathConfig, type LocalPathConfig, type LocalPathSettings } from "@ordinal/provisioner";
import type { Logger, Stoppable } from "@ordinal/runtime";
import { followFile } from "./follow-file.ts";
import { UsageError, wordsOf } from "./usage-error.ts";

/**
 * The `config.json` of rancher's provisioner, followed. Throws UsageError when it cannot be used at the start; a later change
 * with a mistake is said, and the settings that were good go on.
 */
export async function followLocalPathConfig(
  path: string,
  { log }: { readonly log: Logger },
): Promise<LocalPathSettings & Stoppable> {
  const listeners = new Set<() => void>();
  let current = await read(path);

  async function reloadOnce(): Promise<void> {
    const next = await read(path);
    if (isDeepStrictEqual(next, current)) return;
    current = next;
    log.info("local-path follows its changed configuration", { path });
    for (const listener of listeners) listener();
  }

  const file = await followFile(path, {
    take: reloadOnce,
    onFailure: (error) =>
      log.error("the local-path configuration is not taken over; the earlier one goes on", { error: wordsOf(error) }),
    log,
  });
  // What has changed since it was read and before it was followed.
  file.reload();
  return {
    current: () => current,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stop: async () => await file.stop(),
  };
}

async function read(path: string): Promise<LocalPathConfig> {
  const parsed = parseLocalPathConfig(await readText(path));
  if (!parsed.ok) throw new UsageError(`--local-path-config ${path}: ${parsed.error}`);
  return { ...parsed.value, scriptsDir: dirname(path) };
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new UsageError(`--local-path-config ${path}: cannot be read: ${(error as Error).message}`, { cause: error });
  }
}
