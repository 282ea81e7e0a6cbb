import { lstat, mkdir, realpath } from "node:fs/promises";
import { isAbsolute, join, relative, sep } from "node:path";
import type { Result } from "@ordinal/api";
import { hasCode } from "@ordinal/runtime";

/**
 * The place of a subPath inside a volume, made if it is missing, for pods that see all of the host anyway. Links are followed as long as they stay inside the
 * volume; what leads out of it is refused. Source: `pkg/volume/util/subpath`.
 */
export async function resolveSubPath(volume: string, subPath: string): Promise<Result<string, string>> {
  const parts = subPath.split("/").filter((part) => part !== "" && part !== ".");
  if (isAbsolute(subPath)) return { ok: false, error: "it must not be an absolute path" };
  if (parts.includes("..")) return { ok: false, error: "it must not contain '..'" };
  const root = await realpath(volume);
  let place = root;
  for (const part of parts) {
    const next = join(place, part);
    await makeIfMissing(next);
    const real = await realpathIfThere(next);
    if (real === undefined) return { ok: false, error: "it leads over a link to nothing" };
    place = real;
    if (!isWithin(root, place)) return { ok: false, error: "it leads out of the volume" };
  }
  return { ok: true, value: place };
}

async function makeIfMissing(path: string): Promise<void> {
  try {
    await lstat(path);
  } catch (error) {
    if (!hasCode(error, "ENOENT")) throw error;
    await mkdir(path, { mode: 0o777, recursive: true });
  }
}

/** Undefined for a link to nothing. */
async function realpathIfThere(path: string): Promise<string | undefined> {
  try {
    return await realpath(path);
  } catch (error) {
    if (hasCode(error, "ENOENT", "ELOOP")) return undefined;
    throw error;
  }
}

function isWithin(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
