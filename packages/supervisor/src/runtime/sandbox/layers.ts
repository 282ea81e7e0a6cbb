import type { Stats } from "node:fs";
import { chmod, chown, mkdir, realpath, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { hasCode } from "@ordinal/runtime";
import type { RunSpec } from "../../pod-runtime.ts";
import { isWithin } from "./mount-info.ts";

/** A part of the container's file system, and the directory that holds what is different there from the host. */
export interface Layer {
  /** Where it is, in the host's view and in the container's. */
  readonly at: string;
  /** Files put here before the container starts are in its view. */
  readonly upper: string;
}

/** Makes a directory with the owner and mode of the one it lies over: that of an overlay's upper layer is what counts. */
export async function makeLike(path: string, original: string): Promise<void> {
  await mkdir(path, { recursive: true });
  const stats = await statIfPresent(original);
  if (stats === undefined) {
    await chmod(path, 0o755);
    return;
  }
  await chown(path, stats.uid, stats.gid);
  await chmod(path, stats.mode & 0o7777);
}

/**
 * Puts a file into the container's view before it is mounted. Links in its directory are followed as the host has
 * them, so that a file in /lib is one in /usr/lib, and does not hide it.
 */
export async function placeFile(layers: readonly Layer[], file: RunSpec["files"][number]): Promise<void> {
  const path = await resolveDirectory(file.path);
  const target = await placeParents(layers, path);
  const mode = file.mode ?? 0o644;
  await writeFile(target, file.content, { mode });
  await chmod(target, mode);
}

/** Makes the directories above a path in the layer it belongs to, and returns where the path is there. */
export async function placeParents(layers: readonly Layer[], path: string): Promise<string> {
  const layer = layers.findLast(({ at }) => isWithin(path, at));
  if (layer === undefined) throw new Error(`${path} is not an absolute path`);
  const inside = path.slice(layer.at === "/" ? 1 : layer.at.length + 1).split("/");
  for (let depth = 1; depth < inside.length; depth++) {
    const part = inside.slice(0, depth).join("/");
    const directory = join(layer.upper, part);
    if ((await statIfPresent(directory)) === undefined) await makeLike(directory, join(layer.at, part));
  }
  return join(layer.upper, ...inside);
}

async function resolveDirectory(path: string): Promise<string> {
  const missing = [basename(path)];
  for (let directory = dirname(path); ; directory = dirname(directory)) {
    try {
      return join(await realpath(directory), ...missing);
    } catch (error) {
      if (!hasCode(error, "ENOENT") || directory === "/") throw error;
      missing.unshift(basename(directory));
    }
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
