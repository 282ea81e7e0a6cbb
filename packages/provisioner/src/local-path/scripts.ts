import { join } from "node:path";
import { parseQuantity, type Draft, type PersistentVolume, type Result } from "@ordinal/api";
import { hasCode, type Clock } from "@ordinal/runtime";
import type { Disk } from "../disk/disk.ts";
import type { LocalPathConfig } from "./local-path-config.ts";
import type { Owner } from "./ownership.ts";
import { runCommand } from "./run-command.ts";

type Action = "create" | "delete";

interface Work {
  readonly volume: Draft<PersistentVolume>;
  readonly path: string;
  /** For setup only. */
  readonly owner?: Owner;
}

/** The scripts and commands that make and remove volumes in place of Ordinal, where the configuration has any. */
export interface Scripts {
  /** False when there is no such script. An error says how it ended. */
  run(action: Action, work: Work): Promise<Result<boolean, string>>;
}

/** Where scripts find their programs. */
const searchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

export interface ScriptsOptions {
  readonly disk: Disk;
  readonly clock: Clock;
  /** As it is now. */
  readonly config: () => LocalPathConfig;
  /** When it aborts, scripts that run are killed, and none is begun any more. */
  readonly ending: AbortSignal;
}

export function createScripts({ disk, clock, config, ending }: ScriptsOptions): Scripts {
  /** The program and its first arguments, or undefined. */
  async function find(action: Action): Promise<readonly [string, ...string[]] | undefined> {
    const { setupCommand, teardownCommand, scriptsDir } = config();
    const command = action === "create" ? setupCommand : teardownCommand;
    if (command !== undefined) return [command];
    if (scriptsDir === undefined) return undefined;
    const script = join(scriptsDir, action === "create" ? "setup" : "teardown");
    return (await isThere(script)) ? ["/bin/sh", script] : undefined;
  }

  async function isThere(path: string): Promise<boolean> {
    try {
      await disk.lstat(path);
      return true;
    } catch (error) {
      if (hasCode(error, "ENOENT", "ENOTDIR")) return false;
      throw error;
    }
  }

  return {
    async run(action, work) {
      const found = await find(action);
      if (found === undefined) return { ok: true, value: false };
      const [command, ...first] = found;
      const { args, env } = callOf(action, work);
      const timeoutMs = config().commandTimeoutMs;
      const ended = await runCommand({ command, args: [...first, ...args], env, timeoutMs, clock, ending });
      if (ended.ok) return { ok: true, value: true };
      return { ok: false, error: `failed to ${action} volume ${work.volume.metadata.name}: ${ended.error}` };
    },
  };
}

/** Source: rancher `createHelperPod`. */
function callOf(action: Action, { volume, path, owner }: Work) {
  const size = parseQuantity(volume.spec.capacity?.["storage"] ?? "0");
  const bytes = String(size.ok ? size.value : 0n);
  const mode = volume.spec.volumeMode ?? "Filesystem";
  return {
    args: ["-p", path, "-s", bytes, "-m", mode, "-a", action],
    env: {
      PATH: searchPath,
      VOL_DIR: path,
      VOL_MODE: mode,
      VOL_SIZE_BYTES: bytes,
      VOL_USER: owner?.user ?? "",
      VOL_GROUP: owner?.group ?? "",
      VOL_PERM: owner?.perm ?? "",
    },
  };
}
