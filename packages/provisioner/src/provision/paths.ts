import { dirname, posix } from "node:path";
import type { PersistentVolume } from "@ordinal/api";

/** The directory a volume object names, without a slash at its end; undefined for kinds that name none. */
export function pathOf(volume: PersistentVolume): string | undefined {
  const { csi, hostPath, local } = volume.spec;
  const named = hostPath?.path ?? local?.path ?? csi?.volumeAttributes?.["path"];
  return named === undefined || named === "" ? undefined : withoutSlash(posix.normalize(named));
}

/** Every directory above the path but the root, the nearest first. */
export function directoriesAbove(path: string): readonly string[] {
  const above: string[] = [];
  for (let at = dirname(path); at !== "/" && at !== "."; at = dirname(at)) above.push(at);
  return above;
}

/** Whether a plain absolute path lies inside a directory; the directory itself does not. */
export function isBelow(directory: string, path: string): boolean {
  return path.startsWith(directory.endsWith("/") ? directory : `${directory}/`) && path.length > directory.length + 1;
}

function withoutSlash(path: string): string {
  return path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
}
