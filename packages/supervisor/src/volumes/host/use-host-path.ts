import type { Stats } from "node:fs";
import { mkdir, open, stat } from "node:fs/promises";
import type { Result } from "@ordinal/api";
import { hasCode } from "@ordinal/runtime";
import type { MountedVolume } from "../volume.ts";

export interface HostPath {
  readonly path: string;
  readonly type?: string;
}

/** What each type asks for, in the words of its failure. */
const descriptions: Readonly<Record<string, string>> = {
  Directory: "directory",
  File: "file",
  Socket: "socket file",
  CharDevice: "character device",
  BlockDevice: "block device",
};

/** Checks or makes what `type` asks for. Source: `pkg/volume/hostpath` checkType; the texts are its own. */
export async function useHostPath({ path, type = "" }: HostPath): Promise<Result<MountedVolume, string>> {
  const problem = pathProblem(path);
  if (problem !== undefined) return { ok: false, error: `invalid HostPath \`${path}\`: ${problem}` };
  const usable: Result<MountedVolume, string> = { ok: true, value: { source: path, readOnly: false } };
  const before = await statIfPresent(path);
  if (before === undefined && (await makeIfAsked(path, type))) return usable;
  // Without a type nothing is checked.
  if (type === "") return usable;
  const expected = type.replace("OrCreate", "");
  const description = descriptions[expected];
  if (description === undefined) return { ok: false, error: `${type} is an invalid volume type` };
  if (before === undefined) return { ok: false, error: `hostPath ${path} doesn't exist` };
  const found = typeOf(before);
  if (found === expected) return usable;
  return { ok: false, error: `hostPath type check failed: ${path} is not a ${description}, it's a ${found}` };
}

/** Upstream leaves a missing path without a type to the container runtime, which makes a directory. */
async function makeIfAsked(path: string, type: string): Promise<boolean> {
  if (type === "" || type === "DirectoryOrCreate") {
    await mkdir(path, { recursive: true, mode: 0o755 });
    return true;
  }
  if (type !== "FileOrCreate") return false;
  await (await open(path, "a", 0o644)).close();
  return true;
}

/** Why this cannot be a path on the host. Source: `pkg/volume/validation` ValidatePathNoBacksteps. */
export function pathProblem(path: string): string | undefined {
  if (path.includes("\0")) return "must not contain a NUL character";
  if (!path.startsWith("/")) return "must be an absolute path";
  return path.split("/").includes("..") ? "must not contain '..'" : undefined;
}

/** Undefined when nothing is there. */
export async function statIfPresent(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR")) return undefined;
    throw error;
  }
}

function typeOf(stats: Stats): string {
  if (stats.isDirectory()) return "Directory";
  if (stats.isFile()) return "File";
  if (stats.isSocket()) return "Socket";
  if (stats.isCharacterDevice()) return "CharDevice";
  return stats.isBlockDevice() ? "BlockDevice" : "unknown";
}
