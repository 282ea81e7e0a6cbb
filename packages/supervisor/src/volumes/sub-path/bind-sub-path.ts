import { mkdir, rmdir, stat, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Result } from "@ordinal/api";
import { hasCode } from "@ordinal/runtime";
import { listIfPresent } from "../../runtime/commands/read-if-present.ts";
import type { Mounter } from "../mounts/mounter.ts";
import { openSubPath, type OpenedPlace } from "./open-sub-path.ts";

/** Which mount of which container it is for; the three tell the binds of a pod apart. */
export interface SubPathPlace {
  readonly podDirectory: string;
  readonly volume: string;
  readonly container: string;
  /** The number of the container's volumeMount. */
  readonly index: number;
}

/**
 * Shows a part of a volume in a place of the daemon's own, from where containers take it: what was opened is mounted, not
 * what has its name by then. The place stays mounted until the pod goes. Source: `pkg/volume/util/subpath` doBindSubPath.
 */
export async function bindSubPath(
  { source, subPath, place }: { readonly source: string; readonly subPath: string; readonly place: SubPathPlace },
  mounter: Mounter,
): Promise<Result<string, string>> {
  const opened = await openSubPath(source, subPath);
  if (!opened.ok) return opened;
  const { handle } = opened.value;
  try {
    const target = join(bindsOf(place.podDirectory), place.volume, place.container, String(place.index));
    if (await mounter.isMounted(target)) {
      if (await isSame(opened.value, target)) return { ok: true, value: target };
      await mounter.unmountBelow(target);
    }
    await makeTarget(target, opened.value);
    return await bind(opened.value, target, mounter);
  } finally {
    await handle.close();
  }
}

/**
 * Removes the places of a pod after they have been unmounted. One by one and nothing recursive, so that a mount that is
 * still there loses nothing.
 */
export async function removeSubPaths(podDirectory: string): Promise<void> {
  const binds = bindsOf(podDirectory);
  for (const volume of await listIfPresent(binds)) {
    for (const container of await listIfPresent(join(binds, volume))) {
      const directory = join(binds, volume, container);
      for (const index of await listIfPresent(directory)) await removeTarget(join(directory, index));
      await rmdir(directory);
    }
    await rmdir(join(binds, volume));
  }
  await removeDirectory(binds);
}

/** What has been removed since it was opened cannot be mounted any more. */
async function bind({ handle }: OpenedPlace, target: string, mounter: Mounter): Promise<Result<string, string>> {
  try {
    await mounter.bindDescriptor(handle.fd, target);
    return { ok: true, value: target };
  } catch (error) {
    if ((await handle.stat()).nlink > 0) throw error;
    return { ok: false, error: "it changes while it is opened" };
  }
}

function bindsOf(podDirectory: string): string {
  return join(podDirectory, "volume-subpaths");
}

async function isSame({ handle }: OpenedPlace, target: string): Promise<boolean> {
  const [opened, mounted] = await Promise.all([handle.stat(), stat(target)]);
  return opened.dev === mounted.dev && opened.ino === mounted.ino;
}

/** Whatever is not a directory can be mounted over an empty file. */
async function makeTarget(target: string, { isDirectory }: OpenedPlace): Promise<void> {
  await mkdir(join(target, ".."), { recursive: true, mode: 0o750 });
  // It may be of the other kind from an earlier start.
  await removeTarget(target);
  if (isDirectory) await mkdir(target, { mode: 0o750 });
  else await writeFile(target, "", { mode: 0o640 });
}

async function removeTarget(target: string): Promise<void> {
  try {
    await unlink(target);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return;
    if (!hasCode(error, "EISDIR", "EPERM")) throw error;
    await rmdir(target);
  }
}

async function removeDirectory(path: string): Promise<void> {
  try {
    await rmdir(path);
  } catch (error) {
    if (!hasCode(error, "ENOENT")) throw error;
  }
}
