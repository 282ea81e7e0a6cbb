import { mkdir, open, stat } from "node:fs/promises";
import type { Stats } from "node:fs";
import type { Result } from "@ordinal/api";
import { hasCode } from "@ordinal/runtime";
import type { MountedVolume } from "../volume.ts";

/** Checks or makes what `type` asks for. Source: `pkg/volume/hostpath` checkType; texts are its own. */
export async function useHostPath({
  path,
  type = "",
}: {
  readonly path: string;
  readonly type?: string;
}): Promise<Result<MountedVolume, string>> {
  if (!path.startsWith("/")) return { ok: false, error: `hostPath ${JSON.stringify(path)} is not an absolute path` };
  const usable: MountedVolume = { source: path, readOnly: false };
  const before = await statIfPresent(path);
  if (before === undefined && (type === "" || type === "DirectoryOrCreate")) {
    await mkdir(path, { recursive: true, mode: 0o755 });
    return { ok: true, value: usable };
  }
  if (before === undefined && type === "FileOrCreate") {
    await (await open(path, "a", 0o644)).close();
    return { ok: true, value: usable };
  }
  const problem = typeProblem(type, before);
  return problem === undefined
    ? { ok: true, value: usable }
    : { ok: false, error: `hostPath type check failed: ${path} ${problem}` };
}

function typeProblem(type: string, found: Stats | undefined): string | undefined {
  switch (type) {
    case "":
      return undefined;
    case "Directory":
    case "DirectoryOrCreate":
      return found?.isDirectory() === true ? undefined : "is not a directory";
    case "File":
    case "FileOrCreate":
      return found?.isFile() === true ? undefined : "is not a file";
    case "Socket":
      return found?.isSocket() === true ? undefined : "is not a socket file";
    case "CharDevice":
      return found?.isCharacterDevice() === true ? undefined : "is not a character device";
    case "BlockDevice":
      return found?.isBlockDevice() === true ? undefined : "is not a block device";
    default:
      return `has the unknown type ${JSON.stringify(type)}`;
  }
}

async function statIfPresent(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR")) return undefined;
    throw error;
  }
}
